import Contracts
import FoundationEssentials
import Postgres

extension RunStore {
  /// Writes what a turn changed, in the order of the locks: run, steps, entity, feed counter.
  static func write(_ turn: Turn, on connection: PostgresConnection) async throws -> Ripple {
    guard turn.run != turn.before || !turn.shown.isEmpty else { return Ripple() }
    try await writeRun(turn, on: connection)
    try await writeReports(turn, on: connection)
    let moves = turn.shown.filter { $0.version > turn.before.version }
    for shown in moves.dropLast() {
      let count = try await connection.execute(update(shown, turn, isLast: false))
      if count != 1 { throw StoreError.superseded }
    }
    var batch = Batch()
    addDispatches(turn, to: &batch)
    addBookings(turn, to: &batch)
    let hasCommands = addCommands(turn, to: &batch)
    if let last = moves.last {
      batch.addExactlyOne("video_moved", update(last, turn, isLast: true) + " RETURNING id")
    }
    addHistory(turn, to: &batch)
    addFeed(turn, to: &batch)
    try await batch.run(on: connection)
    return Ripple(commands: hasCommands, user: turn.feedEntries.isEmpty ? nil : turn.run.userId)
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

  /// Steps that end make room for new ones of the same key, so they are written first.
  private static func writeReports(_ turn: Turn, on connection: PostgresConnection) async throws {
    for (step, old) in zip(turn.run.steps, turn.before.steps) where step != old {
      let report = step.report.map { JSONB($0) }
      try await connection.execute(
        """
        UPDATE step SET state = \(step.state), report = \(report), report_version = \(step.report?.version ?? -1),
          committed_micros = \(step.committed.micros), cancel_requested = \(step.cancelRequested),
          superseded = \(step.superseded), heard_at = clock_timestamp()
          WHERE run_id = \(turn.run.id) AND step_key = \(step.key) AND generation = \(step.generation)
        """)
    }
  }

  /// One update for each edge, so that the database sees, and checks, every one.
  private static func update(_ shown: Turn.Shown, _ turn: Turn, isLast: Bool) -> SQL {
    let run = turn.run
    let blockedFrom = shown.status == .blockedBudget ? shown.move?.from ?? run.blockedFrom : nil
    let spec = isLast && turn.before.spec == nil ? run.spec.map { JSONB($0) } : nil
    return """
      UPDATE video SET status = \(shown.status), blocked_from = \(blockedFrom),
        status_since = coalesce(\(shown.move?.at), status_since), generation = \(shown.generation),
        version = \(shown.version), progress = \(shown.progress), updated_at = \(turn.now),
        title = \(run.title), provider = \(run.provider), spec = coalesce(\(spec), spec),
        deleted_at = CASE WHEN \(run.deleting) THEN coalesce(deleted_at, \(turn.now)) END
        WHERE id = \(run.id) AND version = \(shown.version - 1)
      """
  }
}

extension RunStore {
  private static func addDispatches(_ turn: Turn, to batch: inout Batch) {
    let run = turn.run
    let rows = turn.dispatches.map { dispatch -> SQL in
      let id = TaskID(run: run.id, step: dispatch.key, generation: run.generation)
      let command = TaskCommand(
        taskId: id, runId: run.id, userId: run.userId, step: dispatch.key, generation: run.generation,
        input: dispatch.input, grantUSD: dispatch.grant, traceparent: run.traceparent)
      return """
        (\(run.id)::uuid, \(dispatch.key), \(run.generation)::int, \(id)::uuid, \(dispatch.key.service),
          \(JSONB(command))::jsonb, \(dispatch.grant.micros)::bigint, \(dispatch.grant.micros)::bigint)
        """
    }
    if rows.isEmpty { return }
    batch.add(
      "dispatched",
      """
      INSERT INTO step (run_id, step_key, generation, task_id, service, command, grant_micros, committed_micros)
        VALUES \(raw: rows.joined()) RETURNING task_id
      """)
  }

  private static func addBookings(_ turn: Turn, to batch: inout Batch) {
    let run = turn.run
    let rows = turn.bookings.map { booking -> SQL in
      let id = TaskID(run: run.id, step: booking.key, generation: booking.generation)
      return """
        (\(run.userId), \(run.id)::uuid, \(id)::uuid, \(booking.key), \(booking.kind),
          \(booking.amount.micros)::bigint, \(run.provider), \(turn.now)::timestamptz)
        """
    }
    if rows.isEmpty { return }
    batch.add(
      "booked",
      """
      INSERT INTO ledger (user_id, run_id, task_id, step_key, kind, amount_micros, provider, at)
        VALUES \(raw: rows.joined()) RETURNING id
      """)
  }

  private static func addCommands(_ turn: Turn, to batch: inout Batch) -> Bool {
    let id = turn.run.id
    let rows = turn.commands.flatMap { command -> [SQL] in
      switch command {
      case .move: []
      case .dispatch(let dispatch): [row(id, dispatch.key, turn.run.generation, "task")]
      case .cancel(let key, let generation): [row(id, key, generation, "cancel")]
      case .erase: ServiceName.executing.map { "(\(id)::uuid, NULL::uuid, \($0), 'erase')" }
      }
    }
    if rows.isEmpty { return false }
    batch.add(
      "commanded",
      """
      INSERT INTO command (run_id, task_id, service, kind) VALUES \(raw: rows.joined()) RETURNING id
      """)
    return true
  }

  private static func row(_ run: RunID, _ key: StepKey, _ generation: Int, _ kind: String) -> SQL {
    let task = TaskID(run: run, step: key, generation: generation)
    return "(\(run)::uuid, \(task)::uuid, \(key.service), \(kind))"
  }

  private static func addHistory(_ turn: Turn, to batch: inout Batch) {
    let rows = turn.shown.compactMap { shown -> SQL? in
      guard let move = shown.move else { return nil }
      return """
        (\(turn.run.id)::uuid, \(shown.version)::bigint, \(shown.generation)::int, \(move.from), \(move.to),
          \(move.by), \(move.detail)::text, \(move.at)::timestamptz)
        """
    }
    if rows.isEmpty { return }
    batch.add(
      "told",
      """
      INSERT INTO transition (video_id, version, generation, from_status, to_status, actor, detail, at)
        VALUES \(raw: rows.joined()) RETURNING version
      """)
  }
}

extension ServiceName {
  /// The services that execute steps.
  static let executing: [ServiceName] = [.planner, .references, .chunks, .audio]
}

extension RunSnapshot {
  var provider: String { spec?.provider ?? request.provider ?? "local" }
}
