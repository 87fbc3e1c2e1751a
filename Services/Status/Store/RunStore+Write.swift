import Contracts
import FoundationEssentials
import Postgres

extension RunStore {
  /// Writes what a turn changed, in the order of the locks: run, steps, entity, feed counter.
  static func write(_ turn: Turn, on connection: PostgresConnection) async throws -> Ripple {
    guard turn.run != turn.before || !turn.shown.isEmpty else { return Ripple() }
    try await writeRun(turn, on: connection)
    try await writeSteps(turn, on: connection)
    try await writeBookings(turn, on: connection)
    try await writeVideo(turn, on: connection)
    let commands = try await writeCommands(turn, on: connection)
    try await writeFeed(turn, on: connection)
    return Ripple(commands: commands, user: turn.feedEntries.isEmpty ? nil : turn.run.userId)
  }

  private static func writeRun(_ turn: Turn, on connection: PostgresConnection) async throws {
    let (old, new) = (turn.before, turn.run)
    let isSame =
      old.approved == new.approved && old.deleting == new.deleting && old.erasing == new.erasing
      && old.budget == new.budget && old.prices == new.prices
    if isSame { return }
    try await connection.execute(
      """
      UPDATE run SET approved = \(new.approved), deleting = \(new.deleting), erasing = \(new.erasing),
        budget_micros = \(new.budget?.micros), prices = \(JSONB(new.prices)) WHERE id = \(new.id)
      """)
  }

  private static func writeSteps(_ turn: Turn, on connection: PostgresConnection) async throws {
    for (index, step) in turn.run.steps.enumerated() {
      guard index < turn.before.steps.count else { continue }
      if step == turn.before.steps[index] { continue }
      let report = step.report.map { JSONB($0) }
      try await connection.execute(
        """
        UPDATE step SET state = \(step.state), report = \(report), report_version = \(step.report?.version ?? -1),
          committed_micros = \(step.committed.micros), cancel_requested = \(step.cancelRequested),
          superseded = \(step.superseded), heard_at = clock_timestamp()
          WHERE run_id = \(turn.run.id) AND step_key = \(step.key) AND generation = \(step.generation)
        """)
    }
    for case .dispatch(let dispatch) in turn.commands {
      try await insert(dispatch, of: turn.run, on: connection)
    }
  }

  private static func insert(
    _ dispatch: Dispatch, of run: RunSnapshot, on connection: PostgresConnection
  ) async throws {
    let id = TaskID(run: run.id, step: dispatch.key, generation: run.generation)
    let command = TaskCommand(
      taskId: id, runId: run.id, userId: run.userId, step: dispatch.key, generation: run.generation,
      input: dispatch.input, grantUSD: dispatch.grant, traceparent: run.traceparent)
    try await connection.execute(
      """
      INSERT INTO step (run_id, step_key, generation, task_id, service, command, grant_micros, committed_micros)
        VALUES (\(run.id), \(dispatch.key), \(run.generation), \(id), \(dispatch.key.service),
          \(JSONB(command)), \(dispatch.grant.micros), \(dispatch.grant.micros))
      """)
  }

  private static func writeBookings(_ turn: Turn, on connection: PostgresConnection) async throws {
    let provider = turn.run.provider
    let rows = turn.bookings.map { booking -> SQL in
      let id = TaskID(run: turn.run.id, step: booking.key, generation: booking.generation)
      return """
        (\(turn.run.userId), \(turn.run.id)::uuid, \(id)::uuid, \(booking.key), \(booking.kind),
          \(booking.amount.micros)::bigint, \(provider), \(turn.now)::timestamptz)
        """
    }
    if rows.isEmpty { return }
    try await connection.execute(
      """
      INSERT INTO ledger (user_id, run_id, task_id, step_key, kind, amount_micros, provider, at)
        VALUES \(raw: rows.joined())
      """)
  }

  /// One update for each edge, so that the database sees, and checks, every one.
  private static func writeVideo(_ turn: Turn, on connection: PostgresConnection) async throws {
    let run = turn.run
    for shown in turn.shown where shown.version > turn.before.version {
      let isLast = shown == turn.shown.last
      let blockedFrom = shown.status == .blockedBudget ? shown.move?.from ?? run.blockedFrom : nil
      let since = shown.move?.at
      let spec = isLast && turn.before.spec == nil ? run.spec.map { JSONB($0) } : nil
      let count = try await connection.execute(
        """
        UPDATE video SET status = \(shown.status), blocked_from = \(blockedFrom),
          status_since = coalesce(\(since), status_since), generation = \(shown.generation),
          version = \(shown.version), progress = \(shown.progress), updated_at = \(turn.now),
          title = \(run.title), provider = \(run.provider), spec = coalesce(\(spec), spec),
          deleted_at = CASE WHEN \(run.deleting) THEN coalesce(deleted_at, \(turn.now)) END
          WHERE id = \(run.id) AND version = \(shown.version - 1)
        """)
      if count != 1 { throw StoreError.superseded }
    }
    try await writeHistory(turn, on: connection)
  }

  static func writeHistory(_ turn: Turn, on connection: PostgresConnection) async throws {
    let rows = turn.shown.compactMap { shown -> SQL? in
      guard let move = shown.move else { return nil }
      return """
        (\(turn.run.id)::uuid, \(shown.version)::bigint, \(shown.generation)::int, \(move.from), \(move.to),
          \(move.by), \(move.detail)::text, \(move.at)::timestamptz)
        """
    }
    if rows.isEmpty { return }
    try await connection.execute(
      """
      INSERT INTO transition (video_id, version, generation, from_status, to_status, actor, detail, at)
        VALUES \(raw: rows.joined())
      """)
  }

  private static func writeCommands(_ turn: Turn, on connection: PostgresConnection) async throws -> Bool {
    let id = turn.run.id
    let rows = turn.commands.flatMap { command -> [SQL] in
      switch command {
      case .move: []
      case .dispatch(let dispatch):
        [row(id, dispatch.key, turn.run.generation, "task")]
      case .cancel(let key, let generation): [row(id, key, generation, "cancel")]
      case .erase:
        ServiceName.executing.map { "(\(id)::uuid, NULL::uuid, \($0), 'erase')" }
      }
    }
    if rows.isEmpty { return false }
    try await connection.execute(
      "INSERT INTO command (run_id, task_id, service, kind) VALUES \(raw: rows.joined())")
    return true
  }

  private static func row(_ run: RunID, _ key: StepKey, _ generation: Int, _ kind: String) -> SQL {
    let task = TaskID(run: run, step: key, generation: generation)
    return "(\(run)::uuid, \(task)::uuid, \(key.service), \(kind))"
  }
}

extension ServiceName {
  /// The services that execute steps.
  static let executing: [ServiceName] = [.planner, .references, .chunks, .audio]
}

extension RunSnapshot {
  var provider: String { spec?.provider ?? request.provider ?? "local" }
}
