import Contracts
import Postgres
import Queue
import Testing

struct LeaseTests {
  @Test func twoClaimersNeverGetTheSameTask() async throws {
    try await withTasks { store, _ in
      for _ in 0..<40 { _ = try await store.submit(command()) }
      let claimed = try await withThrowingTaskGroup { group in
        for owner in ["one", "two", "three"] {
          group.addTask {
            var mine: [TaskID] = []
            while true {
              let tasks = try await store.claim(limit: 3, owner: owner, lease: .seconds(60))
              if tasks.isEmpty { return mine }
              mine += tasks.map(\.id)
            }
          }
        }
        return try await group.reduce(into: [TaskID]()) { $0 += $1 }
      }
      #expect(Set(claimed).count == claimed.count)
      // A claimer may find the last ones locked by another and stop; nobody else may have got them.
      let rest = try await store.claim(limit: 40, owner: "four", lease: .seconds(60))
      #expect(claimed.count + rest.count == 40)
    }
  }

  @Test func claimLeavesTheStateAndCountsTheAttempt() async throws {
    try await withTasks { store, _ in
      let command = command()
      _ = try await store.submit(command)
      let task = try await store.claimOne()
      let report = try await store.report(command.taskId)
      #expect(report.state == .queued)
      #expect(report.attempts == 1)
      #expect(report.startedAt != nil)
      #expect(task.command == command)
      #expect(try await store.claim(limit: 1, owner: "two", lease: .seconds(60)).isEmpty)
    }
  }

  @Test func expiredLeaseGoesToAnotherAndTheZombieIsRefused() async throws {
    try await withTasks { store, pool in
      _ = try await store.submit(command())
      let zombie = try await store.claimOne("one")
      try await pool.expire(zombie.id)
      let heir = try await store.claimOne("two")
      #expect(heir.leaseToken > zombie.leaseToken)
      await #expect(throws: QueueError.leaseLost) {
        try await store.advance(zombie.fence, to: .creating, owner: "one")
      }
      await #expect(throws: QueueError.leaseLost) {
        try await store.finish(zombie.fence, .succeeded(result), owner: "one")
      }
      await #expect(throws: QueueError.leaseLost) { try await store.release(zombie.fence) }
      await #expect(throws: QueueError.leaseLost) { try await store.fenced(zombie.fence) { _ in } }
      #expect(try await store.report(heir.id).state == .queued)
      _ = try await store.finish(heir.fence, .succeeded(result), owner: "two")
    }
  }

  @Test func heartbeatKeepsOnlyWhatIsStillHeld() async throws {
    try await withTasks { store, pool in
      for _ in 0..<2 { _ = try await store.submit(command()) }
      let lost = try await store.claimOne("one")
      let kept = try await store.claimOne("one")
      try await pool.expire(lost.id)
      _ = try await store.claimOne("two")
      let answer = try await store.heartbeat([lost.fence, kept.fence], lease: .seconds(60))
      #expect(Set(answer.keys) == [kept.id])
      #expect(answer[kept.id] == .some(nil))
    }
  }

  @Test func heartbeatProlongsALeaseThatRanOutUnnoticed() async throws {
    try await withTasks { store, pool in
      _ = try await store.submit(command())
      let task = try await store.claimOne()
      try await pool.expire(task.id)
      #expect(try await store.heartbeat([task.fence], lease: .seconds(60)).count == 1)
      #expect(try await store.claim(limit: 1, owner: "two", lease: .seconds(60)).isEmpty)
    }
  }

  @Test func releasedTaskIsClaimedAtOnceAndItsClaimIsNotHeldAgainstIt() async throws {
    try await withTasks { store, _ in
      _ = try await store.submit(command())
      for _ in 0..<8 {
        let task = try await store.claimOne()
        try await store.release(task.fence)
      }
      #expect(try await store.claimOne().attempts == 9)
    }
  }

  @Test func taskThatKillsItsWorkersIsQuarantined() async throws {
    try await withTasks { store, pool in
      let command = command()
      _ = try await store.submit(command)
      for _ in 0..<5 { try await pool.expire(try await store.claimOne().id) }
      #expect(try await store.claim(limit: 1, owner: "one", lease: .seconds(60)).isEmpty)
      let report = try await store.report(command.taskId)
      #expect(report.state == .quarantined)
      #expect(report.fault?.code == "task_poisonous")
    }
  }

  @Test func stepForwardForgivesEarlierCrashes() async throws {
    try await withTasks { store, pool in
      _ = try await store.submit(command())
      for _ in 0..<4 { try await pool.expire(try await store.claimOne().id) }
      let task = try await store.claimOne()
      _ = try await store.advance(task.fence, to: .creating, owner: "one")
      for _ in 0..<5 {
        try await pool.expire(task.id)
        _ = try await store.claimOne()
      }
    }
  }

  @Test func floodOfOneUserDoesNotKeepAnotherOut() async throws {
    try await withTasks { store, _ in
      for _ in 0..<30 { _ = try await store.submit(command(user: "flood")) }
      _ = try await store.submit(command(user: "quiet"))
      let first = try await store.claim(limit: 2, owner: "one", lease: .seconds(60))
      #expect(Set(first.map(\.command.userId)) == ["flood", "quiet"])
    }
  }

  @Test func userWhoseTasksRunWaitsBehindOneWhoHasNone() async throws {
    try await withTasks { store, _ in
      for _ in 0..<5 { _ = try await store.submit(command(user: "flood")) }
      _ = try await store.claim(limit: 3, owner: "one", lease: .seconds(60))
      for _ in 0..<2 { _ = try await store.submit(command(user: "quiet")) }
      let next = try await store.claim(limit: 2, owner: "one", lease: .seconds(60))
      #expect(next.map(\.command.userId) == ["quiet", "quiet"])
    }
  }
}
