import Contracts
import FoundationEssentials
import Postgres
import Queue
import Testing

@Suite(.timeLimit(.minutes(1)))
struct WritingTests {
  @Test func oneCommitTakesSeveralEdgesUnderOneVersion() async throws {
    try await withTasks { store, pool in
      _ = try await store.submit(command())
      let task = try await store.claimOne()
      let creating = try await store.advance(task.fence, to: .creating, owner: "one")
      let done = try await store.finish(task.fence, .succeeded(result), owner: "one")
      #expect([creating.version, done.version] == [1, 2])
      let events = try await pool.query("SELECT to_state, version FROM task_event ORDER BY at")
      #expect(
        try events.map { try $0.decode("to_state", as: String.self) }
          == ["preparing", "creating", "ingesting", "verifying", "succeeded"])
      #expect(try events.map { try $0.decode("version", as: Int.self) } == [1, 1, 2, 2, 2])
    }
  }

  @Test func wayThatTheMachineDoesNotHaveIsRefusedAndNothingChanges() async throws {
    try await withTasks { store, pool in
      _ = try await store.submit(command())
      let task = try await store.claimOne()
      _ = try await store.advance(task.fence, to: .ingesting, owner: "one")
      await #expect(throws: QueueError.illegal(from: .ingesting, to: .creating)) {
        try await store.advance(task.fence, to: .creating, owner: "one")
      }
      #expect(try await store.report(task.id).version == 1)
    }
  }

  @Test func successWithoutAResultIsRefusedByTheDatabase() async throws {
    try await withTasks { store, pool in
      _ = try await store.submit(command())
      let task = try await store.claimOne()
      _ = try await store.advance(task.fence, to: .verifying, owner: "one")
      await #expect(throws: PostgresError.self) {
        try await pool.execute(
          "UPDATE task SET state = 'succeeded', finished_at = clock_timestamp() WHERE id = \(task.id)")
      }
    }
  }

  @Test(arguments: [TaskEnding.succeeded(result), .failed(fault), .quarantined(fault), .canceled])
  func endedTaskNeverChangesAgain(_ ending: TaskEnding) async throws {
    try await withTasks { store, pool in
      _ = try await store.submit(command())
      let task = try await store.claimOne()
      let ended = try await store.finish(task.fence, ending, owner: "one")
      #expect(ended.state.isTerminal)
      await #expect(throws: QueueError.leaseLost) {
        try await store.finish(task.fence, .failed(fault), owner: "one")
      }
      await #expect(throws: PostgresError.self) {
        try await pool.execute("UPDATE task SET progress = 100 WHERE id = \(task.id)")
      }
      #expect(try await store.signal(task.id, TaskSignal(requestedStatus: .cancel)) == ended)
      #expect(try await store.claim(limit: 1, owner: "two", lease: .seconds(60)).isEmpty)
    }
  }

  @Test func whatBelongsToSuccessIsInItsTransaction() async throws {
    struct Refused: Error {}
    try await withTasks { store, pool in
      try await pool.execute("CREATE TABLE side (n int)")
      _ = try await store.submit(command())
      let task = try await store.claimOne()
      await #expect(throws: Refused.self) {
        try await store.finish(
          task.fence, .succeeded(result), owner: "one",
          alongside: [{ try await $0.execute("INSERT INTO side VALUES (1)") }, { _ in throw Refused() }])
      }
      #expect(try await store.report(task.id).state == .queued)
      #expect(try await pool.query("SELECT n FROM side").isEmpty)
    }
  }

  @Test func progressGrowsOnlyAndHasAVersionButNoEdge() async throws {
    try await withTasks { store, pool in
      _ = try await store.submit(command())
      let task = try await store.claimOne()
      #expect(try await store.progress(task.fence, 40, owner: "one").progress == 40)
      let later = try await store.progress(task.fence, 20, owner: "one")
      #expect(later.progress == 40)
      #expect(later.version == 2)
      #expect(try await pool.query("SELECT version FROM task_event").isEmpty)
    }
  }

  @Test func retriedTaskWaitsAndSaysWhy() async throws {
    try await withTasks { store, pool in
      _ = try await store.submit(command())
      let task = try await store.claimOne()
      let waiting = Waiting(
        kind: .retry, since: Date(timeIntervalSince1970: 1_800_000_000), attempt: 2, maxAttempts: 5,
        lastError: "no")
      let report = try await store.retry(
        task.fence, after: .seconds(60), waiting: waiting, workSeconds: 1.5, owner: "one")
      #expect(report.waitingOn == waiting)
      #expect(report.workSeconds == 1.5)
      #expect(try await store.claim(limit: 1, owner: "two", lease: .seconds(60)).isEmpty)
      try await pool.hurry(task.id)
      #expect(try await store.claimOne("two").transientFaults == 1)
      #expect(try await store.report(task.id).waitingOn == nil)
      #expect(
        try await Outbox(pool: pool).settled(2).facts.map(\.report.version) == [1, 2])
    }
  }

  @Test(arguments: [TaskState.queued, .preparing, .creating, .awaitingProvider, .ingesting, .verifying])
  func cancelReachesATaskInEveryStateThroughItsWorker(_ state: TaskState) async throws {
    try await withTasks { store, _ in
      _ = try await store.submit(command())
      let task = try await store.claimOne()
      if state != .queued { _ = try await store.advance(task.fence, to: state, owner: "one") }
      let asked = try await store.signal(task.id, TaskSignal(requestedStatus: .cancel))
      #expect(asked.state == state)
      #expect(try await store.heartbeat([task.fence], lease: .seconds(60))[task.id] == .some(.cancel))
      #expect(try await store.finish(task.fence, .canceled, owner: "one").state == .canceled)
    }
  }

  @Test func cancelOfATaskThatNobodyHoldsEndsItAtOnce() async throws {
    try await withTasks { store, pool in
      let command = command()
      _ = try await store.submit(command)
      let zombie = try await store.claimOne()
      try await pool.expire(zombie.id)
      let report = try await store.signal(command.taskId, TaskSignal(requestedStatus: .cancel))
      #expect(report.state == .canceled)
      await #expect(throws: QueueError.leaseLost) {
        try await store.finish(zombie.fence, .succeeded(result), owner: "one")
      }
      let events = try await pool.query("SELECT to_state FROM task_event ORDER BY at")
      #expect(try events.map { try $0.decode("to_state", as: String.self) } == ["canceling", "canceled"])
    }
  }
}
