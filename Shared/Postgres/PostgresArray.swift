public import Contracts
public import FoundationEssentials

/// An element of a one-dimensional array of Postgres.
public protocol PostgresArrayElement: PostgresBindable, PostgresDecodable {}

extension String: PostgresArrayElement {}
extension Int: PostgresArrayElement {}
extension UUID: PostgresArrayElement {}
extension Identifier: PostgresArrayElement {}

extension Array: PostgresBindable where Element: PostgresArrayElement {
  /// Every element is quoted, so that none can be taken for NULL or a brace (PostgreSQL §8.15.2).
  public var boundValue: BoundValue {
    var elements: [String] = []
    for element in self {
      switch element.boundValue {
      case .null: elements.append("NULL")
      case .text(let text): elements.append(Self.quoted(text))
      case .unsendable(let reason): return .unsendable(reason)
      }
    }
    return .text("{\(elements.joined(separator: ","))}")
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for character in text.unicodeScalars {
      if character == "\"" || character == "\\" { quoted.unicodeScalars.append("\\") }
      quoted.unicodeScalars.append(character)
    }
    return quoted + "\""
  }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
  /// Nil for arrays of more dimensions, arrays with bounds of their own, and NULL elements.
  public static func decoded(from cell: String?) -> [Element]? {
    guard let cell, var texts = ArrayText(cell)?.elements() else { return nil }
    var elements: [Element] = []
    texts.reverse()
    while let text = texts.popLast() {
      guard let element = Element.decoded(from: text) else { return nil }
      elements.append(element)
    }
    return elements
  }
}

/// A reader of the text format of an array of one dimension.
private struct ArrayText {
  private var rest: Substring.UnicodeScalarView

  init?(_ text: String) {
    guard text.hasPrefix("{"), text.hasSuffix("}"), text.utf8.count >= 2 else { return nil }
    rest = text.dropFirst().dropLast().unicodeScalars
  }

  /// The elements without their quotes; nil if the text is not such an array.
  consuming func elements() -> [String]? {
    var elements: [String] = []
    if rest.isEmpty { return elements }
    while true {
      guard let element = next() else { return nil }
      elements.append(element)
      guard let separator = rest.popFirst() else { return elements }
      guard separator == "," else { return nil }
    }
  }

  private mutating func next() -> String? {
    guard rest.first == "\"" else {
      let end = rest.firstIndex(of: ",") ?? rest.endIndex
      let text = String(rest[..<end])
      rest = rest[end...]
      return text.isEmpty || text == "NULL" || text.contains("{") ? nil : text
    }
    rest.removeFirst()
    var element = String.UnicodeScalarView()
    while let character = rest.popFirst() {
      switch character {
      case "\"": return String(element)
      case "\\":
        guard let escaped = rest.popFirst() else { return nil }
        element.append(escaped)
      default: element.append(character)
      }
    }
    return nil
  }
}
