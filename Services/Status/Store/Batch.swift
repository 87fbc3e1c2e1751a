import Postgres

/// Writes that touch different rows, sent as one statement: what a turn costs is its trips to the server.
///
/// The order among them is Postgres' (§7.8.4); a part may select from the names of parts before it.
struct Batch {
  private var parts: [(name: String, sql: SQL)] = []
  private var exact: String?

  /// `sql` is an INSERT or UPDATE that returns something.
  mutating func add(_ name: String, _ sql: SQL) { parts.append((name, sql)) }

  /// Like `add`, for the one write that must touch exactly one row.
  mutating func addExactlyOne(_ name: String, _ sql: SQL) {
    add(name, sql)
    exact = name
  }

  /// Throws `superseded` when the exact one touched none.
  func run(on connection: PostgresConnection) async throws {
    if parts.isEmpty { return }
    let list = parts.map { part -> SQL in "\(identifier: part.name) AS (\(raw: part.sql))" }.joined()
    guard let exact else {
      _ = try await connection.query("WITH \(raw: list) SELECT 1 AS count")
      return
    }
    let rows = try await connection.query(
      "WITH \(raw: list) SELECT count(*) AS count FROM \(identifier: exact)")
    if try rows.first?.decode("count", as: Int.self) != 1 { throw StoreError.superseded }
  }
}
