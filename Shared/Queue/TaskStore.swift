public import Contracts
public import Postgres

/// The tasks of a service in its own schema.
///
/// Times come from the database alone, every write of a worker is fenced by its lease token, and a change,
/// its event and its fact are one transaction. An ended run is refused with `QueueError.gone`.
public struct TaskStore: Sendable {
  let pool: PostgresPool
  /// Rung after commits that make work in this process.
  public let bells: Bells

  public init(pool: PostgresPool, bells: Bells = Bells()) {
    self.pool = pool
    self.bells = bells
  }

  /// Accepts a command; a repeated one is answered with the task as it is now.
  ///
  /// Throws `QueueError.conflict` when the id, or the run's step, belongs to a different command.
  public func submit(_ command: TaskCommand) async throws -> TaskReport {
    let (row, isNew) = try await pool.transaction { connection in
      try await Self.lock(run: command.runId, exclusively: false, on: connection)
      if try await Self.isForgotten(command.runId, on: connection) { throw QueueError.gone }
      if let row = try await insert(command, on: connection) { return (row, true) }
      guard let row = try await find(command.taskId, on: connection) else { throw QueueError.conflict }
      return (row, false)
    }
    guard row.command.isSame(as: command) else { throw QueueError.conflict }
    if isNew { bells.tasks.ring() }
    return row.report
  }

  /// The task as it is now; throws `QueueError.notFound`.
  public func report(_ id: TaskID) async throws -> TaskReport {
    let rows = try await pool.query("SELECT \(raw: TaskRow.columns) FROM task WHERE id = \(id)")
    guard let row = rows.first else { throw QueueError.notFound }
    return try TaskRow(row).report
  }

  /// Asks for the end of a task: at once when nobody works on it, else by its worker as soon as it hears.
  ///
  /// A terminal task stays what it is. Throws `QueueError.notFound`.
  public func signal(_ id: TaskID, _ signal: TaskSignal) async throws -> TaskReport {
    let report = try await pool.transaction { connection in
      let rows = try await connection.query(
        """
        UPDATE task SET requested_status = \(signal.requestedStatus), updated_at = clock_timestamp(),
          lease_token = lease_token + (coalesce(lease_expires_at, '-infinity') < clock_timestamp())::int
        WHERE id = \(id) AND state NOT IN ('succeeded', 'failed', 'canceled', 'quarantined')
        RETURNING \(raw: TaskRow.columns), coalesce(lease_expires_at, '-infinity') < clock_timestamp() AS is_free
        """)
      guard let first = rows.first else {
        guard let row = try await find(id, on: connection) else { throw QueueError.notFound }
        return row.report
      }
      let row = try TaskRow(first)
      guard try first.decode("is_free") else { return row.report }
      let fence = Fence(task: id, token: row.leaseToken)
      return try await write(TaskChange(state: .canceled, actor: "signal"), fence, on: connection)
    }
    bells.signals.ring()
    bells.outbox.ring()
    return report
  }

  private func insert(_ command: TaskCommand, on connection: PostgresConnection) async throws -> TaskRow? {
    let rows = try await connection.query(
      """
      INSERT INTO task (id, run_id, user_id, step_key, generation, input, grant_micros, traceparent)
      VALUES (\(command.taskId), \(command.runId), \(command.userId), \(command.step),
        \(command.generation), \(JSONB(command.input)), \(command.grantUSD.micros), \(command.traceparent))
      ON CONFLICT DO NOTHING RETURNING \(raw: TaskRow.columns)
      """)
    return try rows.first.map(TaskRow.init)
  }

  private func find(_ id: TaskID, on connection: PostgresConnection) async throws -> TaskRow? {
    try await connection.query("SELECT \(raw: TaskRow.columns) FROM task WHERE id = \(id)").first.map(
      TaskRow.init)
  }
}

extension TaskCommand {
  /// Whether both ask for the same; the grant and the trace may differ.
  fileprivate func isSame(as other: Self) -> Bool {
    runId == other.runId && userId == other.userId && step == other.step && generation == other.generation
      && input == other.input
  }
}
