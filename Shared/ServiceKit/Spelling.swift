/// Finds the name that somebody meant.
public enum Spelling {
  /// The candidate with the fewest edits, if they are at most a third of the name.
  public static func nearest(to name: String, among candidates: [String]) -> String? {
    let ranked = candidates.map { (name: $0, edits: edits(from: Array(name.utf8), to: Array($0.utf8))) }
    guard let best = ranked.min(by: { $0.edits < $1.edits }), best.edits <= max(2, name.utf8.count / 3) else {
      return nil
    }
    return best.name
  }

  /// Levenshtein's distance in bytes.
  static func edits(from left: [UInt8], to right: [UInt8]) -> Int {
    var row = Array(0...right.count)
    for (index, byte) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for (column, other) in right.enumerated() {
        let above = row[column + 1]
        row[column + 1] = min(above + 1, row[column] + 1, diagonal + (byte == other ? 0 : 1))
        diagonal = above
      }
    }
    return row[right.count]
  }
}
