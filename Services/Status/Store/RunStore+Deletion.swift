import Contracts
import FoundationEssentials
import Postgres

extension RunStore {
  static func openDeletion(_ turn: Turn, on connection: PostgresConnection) async throws {
    try await connection.execute(
      """
      INSERT INTO deletion (video_id, user_id, requested_at, waiting_for)
        VALUES (\(turn.run.id), \(turn.run.userId), \(turn.now),
          \(ServiceName.executing.map(\.rawValue)))
      """)
  }

  func deletion(_ id: VideoID, user: String) async throws -> DeletionReceipt {
    let rows = try await pool.query(
      """
      SELECT requested_at, finished_at, waiting_for FROM deletion
        WHERE video_id = \(id) AND user_id = \(user)
      """)
    guard let row = rows.first else { throw StoreError.notFound }
    let finishedAt: Date? = try row.decode("finished_at")
    let waiting: [String] = try row.decode("waiting_for")
    return DeletionReceipt(
      status: finishedAt == nil ? "erasing" : "erased", requestedAt: try row.decode("requested_at"),
      finishedAt: finishedAt, waitingFor: waiting.compactMap(ServiceName.init(rawValue:)))
  }

  /// A service has forgotten the run; when all have, Status forgets it too, but for the ledger.
  static func forgotten(
    _ run: RunID, by service: ServiceName, on connection: PostgresConnection
  ) async throws {
    // Runs are locked first; the last of two answers at once must see the other.
    try await connection.execute("SELECT FROM run WHERE id = \(run) FOR UPDATE")
    let rows = try await connection.query(
      """
      UPDATE deletion SET waiting_for = array_remove(waiting_for, \(service)),
          finished_at = CASE WHEN array_remove(waiting_for, \(service)) = '{}' THEN clock_timestamp() END
        WHERE video_id = \(run) RETURNING user_id, finished_at
      """)
    guard let row = rows.first, try row.decode("finished_at", as: Date?.self) != nil else { return }
    let user: String = try row.decode("user_id")
    try await connection.execute("DELETE FROM action WHERE video_id = \(run) AND action <> 'delete'")
    try await connection.execute(
      "UPDATE feed SET message = '' WHERE user_id = \(user) AND entity_id = \(run) AND status <> 'deleted'")
    try await connection.execute("DELETE FROM dead_letter WHERE strpos(payload, \(run.description)) > 0")
    try await connection.execute("DELETE FROM run WHERE id = \(run)")
  }
}
