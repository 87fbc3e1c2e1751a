/// The names of a result's columns, shared by its rows.
final class Columns: Sendable {
  let positions: [String: Int]

  init(_ names: [String]) {
    positions = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

/// A row of a result, copied out of libpq.
public struct Row: Sendable {
  let columns: Columns
  let cells: [String?]

  /// The value of a column; ask for an optional type where NULL may be.
  ///
  /// Throws `decoding` if there is no such column or it does not hold such a value.
  public func decode<Value: PostgresDecodable>(
    _ column: String, as type: Value.Type = Value.self
  ) throws(PostgresError) -> Value {
    let cell = try cell(column)
    guard let value = Value.decoded(from: cell) else { throw mismatch(column, type, cell) }
    return value
  }

  /// The value of a column that holds an enum of strings.
  @_disfavoredOverload
  public func decode<Value: RawRepresentable<String>>(
    _ column: String, as type: Value.Type = Value.self
  ) throws(PostgresError) -> Value {
    let cell = try cell(column)
    guard let value = cell.flatMap(Value.init(rawValue:)) else { throw mismatch(column, type, cell) }
    return value
  }

  /// The value of a column that holds an enum of strings or NULL.
  @_disfavoredOverload
  public func decode<Value: RawRepresentable<String>>(
    _ column: String, as type: Value?.Type = Value?.self
  ) throws(PostgresError) -> Value? {
    guard let cell = try cell(column) else { return nil }
    guard let value = Value(rawValue: cell) else { throw mismatch(column, type, cell) }
    return value
  }

  private func cell(_ column: String) throws(PostgresError) -> String? {
    guard let position = columns.positions[column] else {
      throw PostgresError(.decoding, "there is no column \(column)")
    }
    return cells[position]
  }

  private func mismatch(_ column: String, _ type: Any.Type, _ cell: String?) -> PostgresError {
    PostgresError(
      .decoding,
      "column \(column) holds \(cell == nil ? "NULL" : "something else") where \(type) was expected")
  }
}
