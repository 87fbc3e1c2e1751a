public import Contracts
import Postgres

extension TaskStore {
  /// Forgets a run: its tasks, their history and their facts; commands that come later are refused.
  ///
  /// A worker that still holds one of them finds its lease lost. Harmless when repeated.
  public func forget(_ run: RunID) async throws {
    try await pool.transaction { connection in
      try await Self.lock(run: run, exclusively: true, on: connection)
      try await connection.execute(
        "INSERT INTO forgotten_run (run_id) VALUES (\(run)) ON CONFLICT DO NOTHING")
      try await connection.execute(
        "DELETE FROM outbox WHERE aggregate_id IN (SELECT id FROM task WHERE run_id = \(run))")
      try await connection.execute("DELETE FROM task WHERE run_id = \(run)")
    }
    bells.signals.ring()
  }

  /// Whether the run was deleted.
  public func isForgotten(_ run: RunID) async throws -> Bool {
    try await pool.withConnection { try await Self.isForgotten(run, on: $0) }
  }

  static func isForgotten(_ run: RunID, on connection: PostgresConnection) async throws -> Bool {
    try await !connection.query("SELECT 1 AS one FROM forgotten_run WHERE run_id = \(run)").isEmpty
  }

  /// Keeps commands for a run and its deletion apart until the end of the transaction.
  static func lock(run: RunID, exclusively: Bool, on connection: PostgresConnection) async throws {
    let key: SQL = "hashtextextended(\(run.description), 0)"
    let lock: SQL = exclusively ? "pg_advisory_xact_lock" : "pg_advisory_xact_lock_shared"
    _ = try await connection.query("SELECT 1 AS one FROM \(raw: lock)(\(raw: key))")
  }
}
