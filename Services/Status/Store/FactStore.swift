import Contracts
import Postgres

/// How far the producers' facts were read, and those that cannot be.
struct FactStore: Sendable {
  let pool: PostgresPool

  /// Behind which fact of a producer to go on; empty for its oldest.
  func cursor(of service: ServiceName) async throws -> String {
    try await pool.query("SELECT cursor FROM fact_cursor WHERE service = \(service)").first?
      .decode("cursor") ?? ""
  }

  func store(cursor: String, of service: ServiceName) async throws {
    try await pool.execute(
      """
      INSERT INTO fact_cursor (service, cursor) VALUES (\(service), \(cursor))
        ON CONFLICT (service) DO UPDATE SET cursor = excluded.cursor
      """)
  }

  /// Keeps an entry that nobody can apply, so that it can be acknowledged.
  func bury(stream: String, entry: String, payload: String, reason: String) async throws {
    try await pool.execute(
      """
      INSERT INTO dead_letter (stream, entry_id, payload, reason)
        VALUES (\(stream), \(entry), \(payload), \(reason)) ON CONFLICT DO NOTHING
      """)
  }
}
