/// A statement of Postgres whose values travel apart from its text.
///
/// `"select name from video where id = \(id)"` sends `$1` and binds `id`; nil binds NULL. Literal text is a
/// `StaticString`, so no string made at run time can become part of a statement.
public struct SQL: ExpressibleByStringInterpolation, Sendable {
  enum Piece: Sendable {
    case text(String)
    case value(BoundValue)
  }

  var pieces: [Piece]

  public init(stringLiteral value: StaticString) { pieces = [.text(value.description)] }

  public init(stringInterpolation: StringInterpolation) { pieces = stringInterpolation.pieces }

  init(pieces: [Piece]) { self.pieces = pieces }

  /// A statement without text, to append to.
  public static let empty = SQL(pieces: [])

  public static func + (left: SQL, right: SQL) -> SQL { SQL(pieces: left.pieces + right.pieces) }

  public static func += (left: inout SQL, right: SQL) { left.pieces += right.pieces }

  /// The text with `$1`, `$2`… and the values to bind to them.
  func rendered() -> (text: String, values: [BoundValue]) {
    var text = ""
    var values: [BoundValue] = []
    for piece in pieces {
      switch piece {
      case .text(let piece): text += piece
      case .value(let value):
        values.append(value)
        text += "$\(values.count)"
      }
    }
    return (text, values)
  }
}

extension SQL {
  public struct StringInterpolation: StringInterpolationProtocol {
    var pieces: [Piece] = []

    public init(literalCapacity: Int, interpolationCount: Int) {}

    public mutating func appendLiteral(_ literal: StaticString) {
      pieces.append(.text(literal.description))
    }

    public mutating func appendInterpolation(_ value: some PostgresBindable) {
      pieces.append(.value(value.boundValue))
    }

    public mutating func appendInterpolation(_ value: (some PostgresBindable)?) {
      pieces.append(.value(value?.boundValue ?? .null))
    }

    /// Binds the raw value of an enum of strings.
    @_disfavoredOverload
    public mutating func appendInterpolation<Value: RawRepresentable<String>>(_ value: Value) {
      pieces.append(.value(value.rawValue.boundValue))
    }

    @_disfavoredOverload
    public mutating func appendInterpolation<Value: RawRepresentable<String>>(_ value: Value?) {
      pieces.append(.value(value?.rawValue.boundValue ?? .null))
    }

    /// Puts another statement or a literal here, with its values.
    public mutating func appendInterpolation(raw sql: SQL) { pieces += sql.pieces }

    /// Quotes the name of a table, column or schema.
    public mutating func appendInterpolation(identifier name: String) {
      pieces.append(.text(SQL.quoted(identifier: name)))
    }
  }

  /// A NUL would end the statement for libpq, hence cannot be let through.
  static func quoted(identifier name: String) -> String {
    var quoted = "\""
    for character in name.unicodeScalars where character != "\0" {
      if character == "\"" { quoted.unicodeScalars.append(character) }
      quoted.unicodeScalars.append(character)
    }
    return quoted + "\""
  }
}

extension Sequence<SQL> {
  /// One statement of all, with `separator` between each two.
  public func joined(separator: SQL = ", ") -> SQL {
    var joined = SQL.empty
    for (index, sql) in enumerated() {
      if index > 0 { joined += separator }
      joined += sql
    }
    return joined
  }
}
