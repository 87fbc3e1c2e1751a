public import Contracts
public import Postgres

/// How a task ends.
public enum TaskEnding: Sendable, Equatable {
  case succeeded(TaskResult)
  case failed(TaskFault)
  case quarantined(TaskFault)
  case canceled
}

extension TaskStore {
  /// What a worker writes of a task that it holds.
  public typealias Alongside = @Sendable (PostgresConnection) async throws -> Void

  /// Goes on to a state, by the shortest legal way; every edge is in the history, one version for all.
  public func advance(_ fence: Fence, to state: TaskState, owner: String) async throws -> TaskReport {
    try await write(TaskChange(state: state, actor: owner), fence)
  }

  /// Goes on to a state and runs `body` in the same transaction.
  func advance<Value: Sendable>(
    _ fence: Fence, to state: TaskState, owner: String, _ body: (PostgresConnection) async throws -> Value
  ) async throws -> (TaskReport, Value) {
    let answer = try await pool.transaction { connection in
      let report = try await write(TaskChange(state: state, actor: owner), fence, on: connection)
      return (report, try await body(connection))
    }
    bells.outbox.ring()
    return answer
  }

  /// Says how far the work is, in percent; less than was said before changes nothing.
  public func progress(_ fence: Fence, _ percent: Int, owner: String) async throws -> TaskReport {
    try await write(TaskChange(progress: min(max(percent, 0), 99), actor: owner), fence)
  }

  /// Ends a task; `alongside` is part of the same transaction.
  public func finish(
    _ fence: Fence, _ ending: TaskEnding, workSeconds: Double = 0, owner: String,
    alongside: [Alongside] = []
  ) async throws -> TaskReport {
    var change = TaskChange(workSeconds: workSeconds, actor: owner)
    switch ending {
    case .succeeded(let result):
      change.state = .succeeded
      change.progress = 100
      change.result = result
    case .failed(let fault):
      change.state = .failed
      change.fault = fault
    case .quarantined(let fault):
      change.state = .quarantined
      change.fault = fault
    case .canceled:
      change.state = .canceled
    }
    return try await write(change, fence, alongside: alongside)
  }

  /// Gives a task back after a fault that passes by itself, to be claimed again after a wait.
  public func retry(
    _ fence: Fence, after wait: Duration, waiting: Waiting, workSeconds: Double = 0, owner: String
  ) async throws -> TaskReport {
    let change = TaskChange(waiting: waiting, workSeconds: workSeconds, retryAfter: wait, actor: owner)
    return try await write(change, fence)
  }

  /// Runs `body` in a transaction that holds the task's row; throws `QueueError.leaseLost` before it.
  public func fenced<Value: Sendable>(
    _ fence: Fence, _ body: @Sendable (PostgresConnection) async throws -> Value
  ) async throws -> Value {
    try await pool.transaction { connection in
      _ = try await locked(fence, on: connection)
      return try await body(connection)
    }
  }

  private func write(
    _ change: TaskChange, _ fence: Fence, alongside: [Alongside] = []
  ) async throws -> TaskReport {
    let report: TaskReport
    do {
      report = try await pool.transaction { connection in
        let report = try await write(change, fence, on: connection)
        for step in alongside { try await step(connection) }
        return report
      }
    } catch let error as PostgresError where error.code == .commitUnknown {
      report = try await settled(change, fence, after: error)
    }
    bells.outbox.ring()
    return report
  }

  /// Finds out whether a commit whose answer was lost took place.
  private func settled(
    _ change: TaskChange, _ fence: Fence, after error: PostgresError
  ) async throws -> TaskReport {
    let report = try await self.report(fence.task)
    let isThere = change.state.map { $0 == report.state } ?? false
    guard isThere else { throw error }
    return report
  }

  /// Changes a task, its history and its facts on a connection that is in a transaction.
  func write(
    _ change: TaskChange, _ fence: Fence, on connection: PostgresConnection
  ) async throws -> TaskReport {
    let (state, version) = try await locked(fence, on: connection)
    let target = change.state ?? state
    guard let path = TaskMachine.path(from: state, to: target) else {
      throw QueueError.illegal(from: state, to: target)
    }
    var from = state
    for to in path {
      if to != target { try await pass(fence, to: to, on: connection) }
      try await connection.execute(
        """
        INSERT INTO task_event (task_id, version, from_state, to_state, actor, lease_token)
        VALUES (\(fence.task), \(version + 1), \(from), \(to), \(change.actor), \(fence.token))
        """)
      from = to
    }
    let rows = try await connection.query(Self.update(change, to: target, moved: !path.isEmpty, fence))
    guard let row = rows.first else { throw QueueError.leaseLost }
    let task = try TaskRow(row)
    try await Outbox.append(
      Fact(report: task.report, traceparent: task.command.traceparent), on: connection)
    return task.report
  }

  private func locked(
    _ fence: Fence, on connection: PostgresConnection
  ) async throws -> (state: TaskState, version: Int) {
    let rows = try await connection.query(
      """
      SELECT state, version FROM task
      WHERE id = \(fence.task) AND lease_token = \(fence.token)
        AND state NOT IN ('succeeded', 'failed', 'canceled', 'quarantined')
      FOR UPDATE
      """)
    guard let row = rows.first else { throw QueueError.leaseLost }
    return (try row.decode("state"), try row.decode("version"))
  }

  private func pass(_ fence: Fence, to state: TaskState, on connection: PostgresConnection) async throws {
    let passed = try await connection.execute(
      """
      UPDATE task SET state = \(state) WHERE id = \(fence.task) AND lease_token = \(fence.token)
      """)
    guard passed == 1 else { throw QueueError.leaseLost }
  }

  private static func update(_ change: TaskChange, to state: TaskState, moved: Bool, _ fence: Fence) -> SQL {
    let releases = state.isTerminal || change.retryAfter != nil
    let wait = (change.retryAfter ?? .zero) / .seconds(1)
    return """
      UPDATE task SET state = \(state), version = version + 1, updated_at = clock_timestamp(),
        progress = greatest(progress, \(change.progress ?? 0)),
        result = \(change.result.map(JSONB.init)), fault = \(change.fault.map(JSONB.init)),
        waiting = \(change.waiting.map(JSONB.init)),
        work_seconds = coalesce(work_seconds, 0) + \(change.workSeconds),
        claims_without_progress
          = CASE WHEN \(moved || change.retryAfter != nil) THEN 0 ELSE claims_without_progress END,
        transient_faults = transient_faults + \(change.retryAfter == nil ? 0 : 1),
        run_at = CASE WHEN \(change.retryAfter != nil)
          THEN clock_timestamp() + make_interval(secs => \(wait)) ELSE run_at END,
        lease_token = lease_token + \(change.retryAfter == nil ? 0 : 1),
        lease_owner = CASE WHEN \(releases) THEN NULL ELSE lease_owner END,
        lease_expires_at = CASE WHEN \(releases) THEN NULL ELSE lease_expires_at END,
        finished_at = CASE WHEN \(state.isTerminal) THEN clock_timestamp() END
      WHERE id = \(fence.task) AND lease_token = \(fence.token)
      RETURNING \(raw: TaskRow.columns)
      """
  }
}
