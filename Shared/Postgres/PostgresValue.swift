/// A value as it is sent: in Postgres' text format, its type left to the server to infer.
public enum BoundValue: Sendable, Equatable {
  case null
  case text(String)
  /// Cannot be sent, and why; the statement that it belongs to throws.
  case unsendable(String)
}

/// What can be bound to a statement.
public protocol PostgresBindable: Sendable {
  var boundValue: BoundValue { get }
}

/// What a column can be read as.
public protocol PostgresDecodable: Sendable {
  /// The value of a cell in Postgres' text format, nil for NULL; nil if the cell is no such value.
  static func decoded(from cell: String?) -> Self?
}

public typealias PostgresValue = PostgresBindable & PostgresDecodable

extension PostgresBindable where Self: LosslessStringConvertible {
  public var boundValue: BoundValue { description.boundValue }
}

extension PostgresDecodable where Self: LosslessStringConvertible {
  public static func decoded(from cell: String?) -> Self? { cell.flatMap(Self.init) }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
  public static func decoded(from cell: String?) -> Wrapped?? {
    guard cell != nil else { return .some(nil) }
    return Wrapped.decoded(from: cell).map(Optional.some)
  }
}

extension String: PostgresValue {
  /// Postgres has no NUL in texts, and libpq would cut the value there.
  public var boundValue: BoundValue {
    utf8.contains(0) ? .unsendable("a text contains a NUL") : .text(self)
  }

  public static func decoded(from cell: String?) -> String? { cell }
}

extension Bool: PostgresValue {
  public var boundValue: BoundValue { .text(self ? "t" : "f") }

  public static func decoded(from cell: String?) -> Bool? {
    switch cell {
    case "t", "true": true
    case "f", "false": false
    default: nil
    }
  }
}

extension Int: PostgresValue {}
extension Int64: PostgresValue {}
extension Int32: PostgresValue {}

extension Double: PostgresValue {
  public var boundValue: BoundValue {
    if isNaN { return .text("NaN") }
    guard isFinite else { return .text(self < 0 ? "-Infinity" : "Infinity") }
    return .text(description)
  }

  public static func decoded(from cell: String?) -> Double? {
    switch cell {
    case "NaN": .nan
    case "Infinity": .infinity
    case "-Infinity": -.infinity
    default: cell.flatMap(Double.init)
    }
  }
}
