/// A recursive-descent reader of RFC 8259 that refuses what is ambiguous.
struct JSONParser {
  static let maximumDepth = 32
  private let bytes: [UInt8]
  private var position = 0
  private var depth = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func parse() throws(JSONSyntaxError) -> JSONValue {
    skipSpace()
    if position == bytes.count { throw error("there is no JSON here") }
    let value = try parseValue()
    skipSpace()
    if position < bytes.count { throw error("there is something after the end of the JSON") }
    return value
  }

  private mutating func parseValue() throws(JSONSyntaxError) -> JSONValue {
    guard let byte = current else { throw error("the JSON ends too early") }
    switch byte {
    case UInt8(ascii: "{"): return try nested { (parser) throws(JSONSyntaxError) in try parser.parseObject() }
    case UInt8(ascii: "["): return try nested { (parser) throws(JSONSyntaxError) in try parser.parseArray() }
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try parseNumber())
    default: throw error("a value was expected")
    }
  }

  private mutating func nested(
    _ body: (inout JSONParser) throws(JSONSyntaxError) -> JSONValue
  ) throws(JSONSyntaxError) -> JSONValue {
    depth += 1
    defer { depth -= 1 }
    if depth > Self.maximumDepth { throw error("the JSON is nested deeper than \(Self.maximumDepth) levels") }
    position += 1
    skipSpace()
    return try body(&self)
  }

  private mutating func parseObject() throws(JSONSyntaxError) -> JSONValue {
    var members: [String: JSONValue] = [:]
    if take("}") { return .object(members) }
    while true {
      if current != UInt8(ascii: "\"") { throw error("a name in quotes was expected") }
      let start = position
      let name = try parseString()
      skipSpace()
      guard take(":") else { throw error("a colon was expected") }
      skipSpace()
      let value = try parseValue()
      guard members.updateValue(value, forKey: name) == nil else {
        position = start
        throw error("the name \"\(name)\" comes twice")
      }
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { throw error("a comma or a closing brace was expected") }
      skipSpace()
    }
  }

  private mutating func parseArray() throws(JSONSyntaxError) -> JSONValue {
    var values: [JSONValue] = []
    if take("]") { return .array(values) }
    while true {
      values.append(try parseValue())
      skipSpace()
      if take("]") { return .array(values) }
      guard take(",") else { throw error("a comma or a closing bracket was expected") }
      skipSpace()
    }
  }

  private mutating func parseWord(_ word: String, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw error("a value was expected") }
    position += word.utf8.count
    return value
  }

  private mutating func parseNumber() throws(JSONSyntaxError) -> String {
    let start = position
    _ = take("-")
    let whole = takeDigits()
    let leadingZero = whole > 1 && bytes[position - whole] == UInt8(ascii: "0")
    if whole == 0 || leadingZero { throw error("this is no number") }
    if take("."), takeDigits() == 0 { throw error("digits were expected after the point") }
    if take("e") || take("E") {
      _ = take("+") || take("-")
      if takeDigits() == 0 { throw error("digits were expected in the exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let number = Double(text), number.isFinite else { throw error("the number is too large") }
    return text
  }

  private mutating func takeDigits() -> Int {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position - start
  }

  private mutating func parseString() throws(JSONSyntaxError) -> String {
    position += 1
    var content: [UInt8] = []
    while true {
      guard let byte = current else { throw error("the string does not end") }
      switch byte {
      case UInt8(ascii: "\""):
        position += 1
        guard let text = String(validating: content, as: UTF8.self) else {
          throw error("the string is not UTF-8")
        }
        return text
      case UInt8(ascii: "\\"):
        position += 1
        content += try parseEscape().utf8
      case 0..<0x20: throw error("a control character in a string must be escaped")
      default:
        content.append(byte)
        position += 1
      }
    }
  }

  private mutating func parseEscape() throws(JSONSyntaxError) -> String {
    guard let byte = current else { throw error("the string does not end") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return String(Character(try parseScalar()))
    default: throw error("this escape does not exist")
    }
  }

  /// `\uXXXX`, or two of them that are a surrogate pair; half a pair is refused.
  private mutating func parseScalar() throws(JSONSyntaxError) -> Unicode.Scalar {
    let unit = try parseCodeUnit()
    if let scalar = Unicode.Scalar(unit) { return scalar }
    guard take("\\"), take("u") else { throw error("this is half a surrogate pair") }
    let low = try parseCodeUnit()
    guard (0xD800..<0xDC00).contains(unit), (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    else { throw error("this is half a surrogate pair") }
    return scalar
  }

  private mutating func parseCodeUnit() throws(JSONSyntaxError) -> UInt32 {
    let end = position + 4
    guard end <= bytes.count,
      let unit = UInt32(String(decoding: bytes[position..<end], as: UTF8.self), radix: 16),
      bytes[position] != UInt8(ascii: "+")
    else { throw error("four hexadecimal digits were expected") }
    position = end
    return unit
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard current == UInt8(ascii: scalar) else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private func error(_ detail: String) -> JSONSyntaxError {
    let before = bytes[..<min(position, bytes.count)]
    let line = before.count { $0 == 0x0A } + 1
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    return JSONSyntaxError(line: line, column: before.count - start + 1, detail: detail)
  }
}
