import Contracts
import FoundationEssentials
import Postgres

/// One thing that is to be said to another service.
struct DueCommand: Sendable {
  enum Kind: String, Sendable { case task, cancel, erase }

  let id: Int
  let run: RunID
  let task: TaskID?
  let user: String
  let service: ServiceName
  let kind: Kind
  /// How often it was tried, this time included.
  let attempts: Int
  /// The task, for `task`.
  let command: TaskCommand?
}

/// The commands that wait to be sent, and what becomes of them.
struct CommandStore: Sendable {
  /// For how long a command is this process' own; longer than a call may take.
  static let lease: Duration = .seconds(10)

  let runs: RunStore

  /// Takes the oldest due command of each subject, at most `limit`; other replicas pass them by meanwhile.
  ///
  /// A claim that a crash of Postgres takes back is made again, so it does not wait for the disk.
  func claim(limit: Int) async throws -> [DueCommand] {
    let rows = try await runs.pool.query(
      """
      WITH hurry AS MATERIALIZED (
        SELECT set_config('synchronous_commit', 'off', true)
      ), due AS (
        SELECT id FROM command WHERE due_at <= clock_timestamp() AND NOT EXISTS (
            SELECT FROM command AS earlier
              WHERE earlier.subject = command.subject AND earlier.id < command.id
          )
          ORDER BY id LIMIT \(limit) FOR UPDATE SKIP LOCKED
      ), claimed AS (
        UPDATE command SET attempts = attempts + 1,
            due_at = clock_timestamp() + make_interval(secs => \(Self.lease / .seconds(1)))
          FROM due WHERE command.id = due.id RETURNING command.*
      )
      SELECT claimed.id, claimed.run_id, claimed.task_id, run.user_id, claimed.service, claimed.kind,
          claimed.attempts, CASE WHEN claimed.kind = 'task' THEN step.command END AS body
        FROM hurry, claimed JOIN run ON run.id = claimed.run_id
          LEFT JOIN step ON step.task_id = claimed.task_id
        ORDER BY claimed.id
      """)
    return try rows.map { row in
      let body: JSONB<TaskCommand>? = try row.decode("body")
      return DueCommand(
        id: try row.decode("id"), run: try row.decode("run_id"), task: try row.decode("task_id"),
        user: try row.decode("user_id"), service: try row.decode("service"), kind: try row.decode("kind"),
        attempts: try row.decode("attempts"), command: body?.value)
    }
  }

  /// The service has answered: the command goes, and its report is taken in like a fact.
  func settle(_ command: DueCommand, answer: TaskReport?) async throws {
    try await runs.committing { connection in
      var ripple = Ripple()
      if let answer { ripple = try await runs.record(answer, on: connection).ripple }
      try await Self.remove(command, on: connection)
      if command.kind == .erase {
        try await RunStore.forgotten(command.run, by: command.service, on: connection)
      }
      return RunStore.Outcome(answer: (), ripple: ripple)
    }
  }

  /// The service will never take this task: its step fails with this fault.
  func refuse(_ command: DueCommand, fault: TaskFault) async throws {
    guard let task = command.command else { return try await settle(command, answer: nil) }
    try await runs.committing { connection in
      let outcome = try await runs.turn(command.run, on: connection) { turn in
        let seen = turn.run.steps.first { $0.key == task.step && $0.generation == task.generation }?.report
        let report = TaskReport(
          taskId: task.taskId, runId: task.runId, step: task.step, generation: task.generation,
          state: .failed, version: (seen?.version ?? -1) + 1, progress: seen?.progress ?? 0,
          attempts: seen?.attempts ?? 0, createdAt: seen?.createdAt ?? turn.now, finishedAt: turn.now,
          fault: fault)
        _ = turn.record(report, pricing: runs.pricing)
      }
      try await Self.remove(command, on: connection)
      return RunStore.Outcome(answer: (), ripple: outcome?.ripple ?? Ripple())
    }
  }

  /// To be tried again after `delay`.
  func postpone(_ command: DueCommand, by delay: Duration) async throws {
    try await runs.pool.execute(
      """
      UPDATE command SET due_at = clock_timestamp() + make_interval(secs => \(delay / .seconds(1)))
        WHERE id = \(command.id)
      """)
  }

  private static func remove(_ command: DueCommand, on connection: PostgresConnection) async throws {
    try await connection.execute("DELETE FROM command WHERE id = \(command.id)")
  }
}
