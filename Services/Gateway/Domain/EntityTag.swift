/// The `ETag` of a versioned entity, `"14-1800004500"`.
struct EntityTag: Sendable, Equatable {
  let version: Int
  /// When the links that were signed along with it end.
  let window: Int

  /// As it stands in a header.
  var text: String { "\"\(version)-\(window)\"" }

  /// The version that `If-Match` asks for: nil for none or `*`, and an error for what is no tag of ours.
  static func expectedVersion(ifMatch header: String?) throws(TagMismatch) -> Int? {
    guard let header = header?.trimmed, header != "*" else { return nil }
    var text = header[...]
    if text.hasPrefix("W/") { text = text.dropFirst(2) }
    guard text.count > 2, text.first == "\"", text.last == "\"",
      let first = text.dropFirst().dropLast().split(separator: "-").first, let version = Int(first)
    else { throw TagMismatch() }
    return version
  }

  /// RFC 9110 §13.1.2, by weak comparison.
  static func matches(ifNoneMatch header: String?, _ tag: String) -> Bool {
    guard let header else { return false }
    return header.split(separator: ",").map { String($0).trimmed }.contains { candidate in
      candidate == "*" || (candidate.hasPrefix("W/") ? String(candidate.dropFirst(2)) : candidate) == tag
    }
  }
}

/// The tag in `If-Match` cannot be the current one.
struct TagMismatch: Error {}

extension String {
  /// Without white space at both ends.
  var trimmed: String {
    var rest = self[...]
    while rest.first?.isWhitespace == true { rest.removeFirst() }
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
