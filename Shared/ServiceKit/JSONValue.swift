public import FoundationEssentials

/// JSON as it was sent, before anybody decided what it means.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  /// As written; the grammar of RFC 8259 is checked.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Reads one JSON text: strict, at most 32 levels deep, without duplicate names.
  public init(parsing data: Data) throws(JSONSyntaxError) {
    try self.init(parsing: Array(data))
  }

  public init(parsing bytes: [UInt8]) throws(JSONSyntaxError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.parse()
  }

  /// What it is, for a sentence.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// The same text for the same value, whatever the order and spacing it was sent with.
  public var canonical: String {
    switch self {
    case .null: return "null"
    case .bool(let flag): return flag ? "true" : "false"
    case .number(let text): return Double(text).map { String($0) } ?? text
    case .string(let text): return Self.quoted(text)
    case .array(let values): return "[" + values.map(\.canonical).joined(separator: ",") + "]"
    case .object(let members):
      let sorted = members.sorted { $0.key < $1.key }
      return "{" + sorted.map { Self.quoted($0.key) + ":" + $0.value.canonical }.joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String { JSONLogHandler.quoted(text) }
}

/// Where and why a text is not JSON.
public struct JSONSyntaxError: Error, Sendable, Equatable {
  /// Counted from 1.
  public let line: Int
  /// In bytes, counted from 1.
  public let column: Int
  public let detail: String

  public var description: String { "line \(line), column \(column): \(detail)" }
}
