/// What a `Range` header asks for of a file (RFC 9110 §14).
enum ByteRange: Sendable, Equatable {
  /// No range, several, or one that is not understood: the whole file.
  case whole
  case part(ClosedRange<Int>)
  /// 416.
  case unsatisfiable

  init(header: String?, size: Int) {
    guard let header = header?.trimmed, header.lowercased().hasPrefix("bytes=") else {
      self = .whole
      return
    }
    let ends = header.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
      .map { String($0).trimmed }
    guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]) else {
      self = .whole
      return
    }
    switch (first, last) {
    case (nil, nil): self = .whole
    case (nil, let suffix?):
      self = suffix == 0 || size == 0 ? .unsatisfiable : .part(max(0, size - suffix)...size - 1)
    case (let first?, nil): self = first < size ? .part(first...size - 1) : .unsatisfiable
    case (let first?, let last?) where first <= last:
      self = first < size ? .part(first...min(last, size - 1)) : .unsatisfiable
    default: self = .whole
    }
  }

  /// Nil inside for an empty text, nil outside for what is no number; more digits than fit mean "to the end".
  private static func number(_ text: String) -> Int?? {
    if text.isEmpty { return .some(nil) }
    guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
    return .some(Int(text) ?? Int.max)
  }
}
