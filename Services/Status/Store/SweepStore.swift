import Contracts
import Postgres

/// What the slow timer asks of the tables.
struct SweepStore: Sendable {
  static let feedDays = 7

  let pool: PostgresPool

  /// Has every open step that was silent for `interval` sent again; how many there were.
  ///
  /// The answer to the PUT carries the task's state and result, so this alone would bring a run to its end.
  func askSilentSteps(after interval: Duration) async throws -> Int {
    try await pool.execute(
      """
      WITH silent AS (
        SELECT run_id, task_id, service, cancel_requested FROM step
          WHERE state NOT IN ('succeeded', 'failed', 'canceled', 'quarantined')
            AND heard_at < clock_timestamp() - make_interval(secs => \(interval / .seconds(1)))
            AND NOT EXISTS (SELECT FROM command WHERE command.subject = step.task_id::text)
          ORDER BY position FOR UPDATE SKIP LOCKED
      ), asked AS (
        UPDATE step SET heard_at = clock_timestamp() FROM silent WHERE step.task_id = silent.task_id
      )
      INSERT INTO command (run_id, task_id, service, kind)
        SELECT run_id, task_id, service, kind
        FROM silent, (VALUES (1, 'task'), (2, 'cancel')) AS message (place, kind)
        WHERE place = 1 OR cancel_requested ORDER BY task_id, place
      """)
  }

  /// The runs that are not over.
  func openRuns() async throws -> [RunID] {
    try await pool.query(
      """
      SELECT id FROM video
        WHERE status NOT IN ('completed', 'failed', 'cancelled') OR deleted_at IS NOT NULL ORDER BY id
      """
    ).map { try $0.decode("id") }
  }

  /// Forgets feed entries and inbox rows that are older than a week.
  func prune() async throws {
    let age: SQL = "clock_timestamp() - make_interval(days => \(Self.feedDays))"
    try await pool.execute("DELETE FROM feed WHERE at < \(raw: age)")
    try await pool.execute("DELETE FROM inbox WHERE seen_at < \(raw: age)")
  }
}
