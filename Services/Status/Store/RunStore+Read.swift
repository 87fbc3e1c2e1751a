import Contracts
import FoundationEssentials
import Postgres

/// A run as it was read.
struct Loaded: Sendable {
  var run: RunSnapshot
  let createdAt: Date
  let updatedAt: Date
  /// The database's clock.
  let now: Date

  var document: VideoDocument { run.document(createdAt: createdAt, updatedAt: updatedAt) }
}

extension RunStore {
  private static let columns: SQL = """
    run.id, run.user_id, run.traceparent, run.approved, run.deleting, run.erasing, run.prices,
    run.budget_micros, video.title, video.request, video.spec, video.status, video.status_since,
    video.blocked_from, video.generation, video.version, video.progress, video.created_at,
    video.updated_at, clock_timestamp() AS now
    """

  /// Reads a run and, with `locking`, keeps everybody else from changing it until the end of the transaction.
  ///
  /// The steps are read by a statement of their own: after a wait for the lock it sees what was committed
  /// meanwhile (PostgreSQL §13.2.1).
  static func load(
    _ id: RunID, locking: Bool, on connection: PostgresConnection
  ) async throws -> [Loaded] {
    // Weaker than FOR UPDATE, so that the foreign keys of other rows do not wait for it.
    let lock: SQL = locking ? "FOR NO KEY UPDATE" : ""
    return try await load(
      "SELECT \(raw: columns) FROM run JOIN video USING (id) WHERE run.id = \(id) \(raw: lock)",
      on: connection)
  }

  /// Reads the runs that a statement over `run` and `video` selects, in its order.
  static func load(_ sql: SQL, on connection: PostgresConnection) async throws -> [Loaded] {
    let rows = try await connection.query(sql)
    var all = try rows.map(loaded)
    if all.isEmpty { return [] }
    let ids = all.map(\.run.id.description)
    let steps = try await connection.query(
      """
      SELECT run_id, step_key, generation, grant_micros, cancel_requested, superseded, report FROM step
        WHERE run_id = ANY(\(ids)::uuid[]) ORDER BY position
      """)
    var byRun: [RunID: [Step]] = [:]
    for row in steps { byRun[try row.decode("run_id"), default: []].append(try step(row)) }
    for index in all.indices { all[index].run.steps = byRun[all[index].run.id] ?? [] }
    return all
  }

  /// The columns that `load` wants, for statements elsewhere in the store.
  static func selecting(_ rest: SQL) -> SQL {
    "SELECT \(raw: columns) FROM run JOIN video USING (id) \(raw: rest)"
  }

  private static func loaded(_ row: Row) throws -> Loaded {
    let request: JSONB<VideoRequest> = try row.decode("request")
    let prices: JSONB<Prices> = try row.decode("prices")
    let spec: JSONB<Spec>? = try row.decode("spec")
    var run = RunSnapshot(
      id: try row.decode("id"), userId: try row.decode("user_id"), request: request.value,
      traceparent: try row.decode("traceparent"), now: try row.decode("status_since"))
    run.title = try row.decode("title")
    run.status = try row.decode("status")
    run.blockedFrom = try row.decode("blocked_from")
    run.generation = try row.decode("generation")
    run.version = try row.decode("version")
    run.progress = try row.decode("progress")
    run.approved = try row.decode("approved")
    run.deleting = try row.decode("deleting")
    run.erasing = try row.decode("erasing")
    run.budget = (try row.decode("budget_micros", as: Int?.self)).map { MicroDollars($0) }
    run.prices = prices.value
    run.spec = spec?.value
    return Loaded(
      run: run, createdAt: try row.decode("created_at"), updatedAt: try row.decode("updated_at"),
      now: try row.decode("now"))
  }

  private static func step(_ row: Row) throws -> Step {
    let report: JSONB<TaskReport>? = try row.decode("report")
    return Step(
      key: try row.decode("step_key"), generation: try row.decode("generation"),
      grant: MicroDollars(try row.decode("grant_micros")),
      cancelRequested: try row.decode("cancel_requested"), superseded: try row.decode("superseded"),
      report: report?.value)
  }
}
