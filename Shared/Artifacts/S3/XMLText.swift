/// Reads the flat XML of S3's answers: the texts of elements by their names.
///
/// Not a parser of XML: no DTD, no entities but the five and characters by number, so nothing can be made to expand.
struct XMLText {
  private let text: Substring

  init(_ bytes: some Sequence<UInt8>) { text = Substring(String(decoding: Array(bytes), as: UTF8.self)) }

  private init(_ text: Substring) { self.text = text }

  /// The decoded text of the first element of a name; nil if there is none or it does not end.
  func first(_ name: String) -> String? { all(name).first?.decoded }

  /// The elements of a name, outermost ones only.
  func all(_ name: String) -> [XMLText] {
    var found: [XMLText] = []
    var rest = text
    while let start = rest.firstRange(of: "<\(name)") {
      let after = rest[start.upperBound...]
      // `<Key` also begins `<KeyCount>`.
      guard let end = after.first, end == ">" || end == " " || end == "/",
        let head = after.firstIndex(of: ">")
      else {
        rest = after
        continue
      }
      let body = after[after.index(after: head)...]
      if after[..<head].last == "/" {
        found.append(XMLText(body.prefix(0)))
        rest = body
      } else if let close = body.firstRange(of: "</\(name)>") {
        found.append(XMLText(body[..<close.lowerBound]))
        rest = body[close.upperBound...]
      } else {
        return found
      }
    }
    return found
  }

  /// The text with its references replaced; an unknown one stays as it is.
  var decoded: String {
    var result = ""
    var rest = text
    while let mark = rest.firstIndex(of: "&") {
      result += rest[..<mark]
      rest = rest[mark...]
      guard let end = rest.prefix(12).firstIndex(of: ";"),
        let character = Self.character(rest[rest.index(after: mark)..<end])
      else {
        result.append("&")
        rest = rest.dropFirst()
        continue
      }
      result.append(character)
      rest = rest[rest.index(after: end)...]
    }
    return result + rest
  }

  /// A text as the content of an element.
  static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      default: String(character)
      }
    }.joined()
  }

  private static func character(_ name: Substring) -> Character? {
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default:
      guard name.first == "#" else { return nil }
      let isHex = name.dropFirst().first == "x"
      let number = UInt32(name.dropFirst(isHex ? 2 : 1), radix: isHex ? 16 : 10)
      return number.flatMap(Unicode.Scalar.init).map(Character.init)
    }
  }
}
