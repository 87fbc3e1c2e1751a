import Contracts
import Harness
import Postgres
import Queue
import Testing

@testable import Status

struct GuardTests {
  @Test func rowsOfEdgesAreThoseOfTheTables() async throws {
    try await withStatus { store in
      let rows = try await store.pool.query("SELECT machine, from_state, to_state FROM edge")
      let stored = try rows.map { row -> String in
        let from: String = try row.decode("from_state")
        let to: String = try row.decode("to_state")
        return "\(try row.decode("machine", as: String.self)) \(from) \(to)"
      }
      let tables = [VideoMachine.table.description, StepMachine.table.description]
      let drawn = tables.flatMap { table in table.edges.map { "\(table.name) \($0.from) \($0.to)" } }
      #expect(Set(stored) == Set(drawn))
    }
  }

  @Test func stepsFollowWhateverATaskMayDo() {
    for from in TaskState.allCases {
      for to in TaskState.allCases where from != to && TaskMachine.path(from: from, to: to) != nil {
        #expect(StepMachine.table.allows(from: from, to: to), "\(from) to \(to)")
      }
    }
  }

  @Test func databaseRefusesEveryIllegalEdgeOfAVideo() async throws {
    try await withStatus { store in
      for from in VideoStatus.allCases {
        let id = try await store.begin()
        try await Self.place(id, in: from, store)
        for to in VideoStatus.allCases where to != from {
          let isLegal = VideoMachine.table.allows(from: from, to: to)
          #expect(try await Self.moves(id, to: to, store) == isLegal, "\(from) to \(to)")
        }
      }
    }
  }

  /// Rows are put where the test wants them with the guard out of the way.
  private static func place(_ id: VideoID, in status: VideoStatus, _ store: RunStore) async throws {
    let blocked: VideoStatus? = status == .blockedBudget ? .pending : nil
    try await store.pool.transaction { connection in
      try await connection.execute("ALTER TABLE video DISABLE TRIGGER guard_video")
      try await connection.execute(
        "UPDATE video SET status = \(status), blocked_from = \(blocked) WHERE id = \(id)")
      try await connection.execute("ALTER TABLE video ENABLE TRIGGER guard_video")
    }
  }

  private struct Undone: Error {}

  /// Whether the edge is let through; it is taken back in any case.
  private static func moves(_ id: VideoID, to: VideoStatus, _ store: RunStore) async throws -> Bool {
    let blocked: VideoStatus? = to == .blockedBudget ? .pending : nil
    do {
      try await store.pool.transaction { connection in
        try await connection.execute(
          "UPDATE video SET status = \(to), blocked_from = \(blocked) WHERE id = \(id)")
        throw Undone()
      }
      return true
    } catch is Undone {
      return true
    } catch let error as PostgresError where error.isCheckViolation {
      return false
    }
  }

  @Test func databaseRefusesProgressThatFalls() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      try await store.finish(id, upTo: .reference)
      let error = await #expect(throws: PostgresError.self) {
        try await store.pool.execute("UPDATE video SET progress = 0 WHERE id = \(id)")
      }
      #expect(error?.isCheckViolation == true)
    }
  }

  @Test func databaseRefusesToBringAStepBack() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      try await store.finish(id, upTo: .reference)
      let error = await #expect(throws: PostgresError.self) {
        try await store.pool.execute(
          "UPDATE step SET state = 'creating' WHERE run_id = \(id) AND step_key = 'plan'")
      }
      #expect(error?.isCheckViolation == true)
    }
  }
}

struct LimitTests {
  private func acquire(_ store: RunStore) async throws -> Bool {
    try await store.pool.query(
      "SELECT limits.acquire('replicate', 'hailuo', 'create', interval '1 hour', 3) AS granted"
    ).first?.decode("granted") ?? false
  }

  @Test func bucketGivesItsBurstAndNoMore() async throws {
    try await withStatus { store in
      var granted: [Bool] = []
      for _ in 0..<5 { granted.append(try await acquire(store)) }
      #expect(granted == [true, true, true, false, false])
    }
  }

  @Test func blockHoldsEverybodyBack() async throws {
    try await withStatus { store in
      _ = try await store.pool.query(
        "SELECT 1 AS one FROM limits.block('replicate', 'hailuo', 'create', clock_timestamp() + interval '1 hour')"
      )
      #expect(try await acquire(store) == false)
    }
  }
}
