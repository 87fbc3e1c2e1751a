import Artifacts

/// Turns the plain names in a stored WebVTT into links that can be followed.
enum WebVTTLinks {
  private static let mark = "#xywh="

  /// `key` is the WebVTT's own; a cue that is `NAME#xywh=…` points to the file of that name in its folder.
  static func signed(_ text: String, in key: String, links: Links) -> String {
    let folder = key.lastIndex(of: "/").map { String(key[...$0]) } ?? ""
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.map { signed(String($0), folder, links) }.joined(separator: "\n")
  }

  private static func signed(_ line: String, _ folder: String, _ links: Links) -> String {
    guard let place = line.firstRange(of: mark) else { return line }
    let target = folder + String(line[..<place.lowerBound])
    guard StorageKeys.isKey(target), let url = links.url(target) else { return line }
    return url + String(line[place.lowerBound...])
  }
}
