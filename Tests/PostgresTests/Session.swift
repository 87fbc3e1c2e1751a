import Harness
import Postgres

/// A session of the superuser, for tests that change nothing.
func session() async throws -> PostgresConnection {
  try await PostgresConnection.connect(
    try await PostgresServer.shared().configuration, loop: HarnessLoop.shared)
}

/// The code of the error that `body` throws; nil if it throws none of Postgres'.
func code(of body: () async throws -> Void) async -> PostgresError.Code? {
  do {
    try await body()
    return nil
  } catch let error as PostgresError {
    return error.code
  } catch {
    return nil
  }
}

extension PostgresPool {
  /// The one number that a statement returns.
  func number(_ sql: SQL) async throws -> Int {
    let rows = try await query(sql)
    guard let row = rows.first else { throw PostgresError(.decoding, "no row") }
    return try row.decode("number")
  }
}
