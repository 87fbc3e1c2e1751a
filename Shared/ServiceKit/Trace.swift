/// Where a request belongs among all that it caused: W3C Trace Context, `traceparent`.
public struct Trace: Sendable, Equatable {
  /// 32 hexadecimal digits, never all zero.
  public let traceId: String
  /// 16 hexadecimal digits: this request's own span.
  public let spanId: String
  /// 2 hexadecimal digits; bit 0 says that it is sampled.
  public let flags: String

  /// A trace that begins here.
  public init() {
    traceId = Self.random(words: 2)
    spanId = Self.random(words: 1)
    flags = "01"
  }

  /// A new span of the trace that `traceparent` belongs to; nil if that is not one of version 00.
  ///
  /// https://www.w3.org/TR/trace-context/#traceparent-header-field-values
  public init?(continuing traceparent: String) {
    let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 4, parts[0] == "00" || (parts[0] != "ff" && parts[0].utf8.count == 2),
      Self.isHex(parts[1], 32), Self.isHex(parts[2], 16), Self.isHex(parts[3], 2)
    else { return nil }
    traceId = String(parts[1])
    spanId = Self.random(words: 1)
    flags = String(parts[3])
  }

  /// What is sent along with a call that this request makes.
  public var traceparent: String { "00-\(traceId)-\(spanId)-\(flags)" }

  private static func random(words: Int) -> String {
    (0..<words).map { _ in
      let digits = String(UInt64.random(in: 1 ... .max), radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  private static func isHex(_ text: Substring, _ count: Int) -> Bool {
    text.utf8.count == count && text.utf8.allSatisfy { Hex.isDigit($0) } && text.contains { $0 != "0" }
      || (count == 2 && text.utf8.count == 2 && text.utf8.allSatisfy { Hex.isDigit($0) })
  }
}

/// Lower-case hexadecimal.
enum Hex {
  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}

/// What outgoing calls and log lines inherit from the request that is being answered.
public enum CurrentRequest {
  @TaskLocal public static var trace: Trace?
  @TaskLocal public static var requestId: String?
}
