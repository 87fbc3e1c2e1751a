import Glibc

/// How alike two pictures of the same size are, seen at half their size.
struct Likeness {
  /// The peak signal-to-noise ratio of luma in dB; 99 for equal pictures.
  let decibels: Double
  /// The same for the worst of 8 × 8 fields, where a picture of something else shows first.
  let worstDecibels: Double

  /// What an encoder with our settings leaves is far above both; another picture is below one of them.
  var isSame: Bool { decibels >= 35 && worstDecibels >= 26 }

  init(_ a: Plane, _ b: Plane) {
    let fields = 8
    var errors = [Double](repeating: 0, count: fields * fields)
    var counts = [Double](repeating: 0, count: fields * fields)
    let width = a.width / 2
    let height = a.height / 2
    for y in 0..<height {
      for x in 0..<width {
        let difference = Double(Self.mean(a, x, y) - Self.mean(b, x, y)) / 4
        let field = y * fields / height * fields + x * fields / width
        errors[field] += difference * difference
        counts[field] += 1
      }
    }
    decibels = Self.decibels(errors.reduce(0, +) / max(counts.reduce(0, +), 1))
    worstDecibels = zip(errors, counts).map { Self.decibels($0 / max($1, 1)) }.min() ?? 0
  }

  private static func mean(_ plane: Plane, _ x: Int, _ y: Int) -> Int {
    let at = 2 * y * plane.width + 2 * x
    return Int(plane.samples[at]) + Int(plane.samples[at + 1]) + Int(plane.samples[at + plane.width])
      + Int(plane.samples[at + plane.width + 1])
  }

  static func decibels(_ error: Double) -> Double {
    error < 1e-9 ? 99 : min(10 * log10(255 * 255 / error), 99)
  }
}
