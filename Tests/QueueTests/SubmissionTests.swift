import Contracts
import Postgres
import Queue
import Testing

struct SubmissionTests {
  @Test func repeatedCommandIsAnsweredWithTheSameTask() async throws {
    try await withTasks { store, pool in
      let command = command()
      let first = try await store.submit(command)
      let second = try await store.submit(command)
      #expect(first == second)
      #expect(first.state == .queued)
      #expect(first.version == 0)
    }
  }

  @Test func repeatedCommandShowsHowFarTheTaskIs() async throws {
    try await withTasks { store, _ in
      let command = command()
      _ = try await store.submit(command)
      let task = try await store.claimOne()
      _ = try await store.finish(task.fence, .succeeded(result), owner: "one")
      let report = try await store.submit(command)
      #expect(report.state == .succeeded)
      #expect(report.result == result)
    }
  }

  @Test func sameIdWithOtherInputIsAConflict() async throws {
    try await withTasks { store, _ in
      let run = RunID.random()
      _ = try await store.submit(command(run: run))
      await #expect(throws: QueueError.conflict) { try await store.submit(command(run: run, seed: 2)) }
      await #expect(throws: QueueError.conflict) { try await store.submit(command(run: run, user: "bob")) }
    }
  }

  @Test func anotherIdForTheSameStepIsAConflict() async throws {
    try await withTasks { store, _ in
      var other = command()
      _ = try await store.submit(other)
      other.taskId = .random()
      await #expect(throws: QueueError.conflict) { try await store.submit(other) }
    }
  }

  @Test func unknownTaskIsNotFound() async throws {
    try await withTasks { store, _ in
      await #expect(throws: QueueError.notFound) { try await store.report(.random()) }
      await #expect(throws: QueueError.notFound) {
        try await store.signal(.random(), TaskSignal(requestedStatus: .cancel))
      }
    }
  }

  @Test func forgottenRunLeavesNothingAndStaysForgotten() async throws {
    try await withTasks { store, pool in
      let command = command()
      _ = try await store.submit(command)
      let task = try await store.claimOne()
      _ = try await store.advance(task.fence, to: .creating, owner: "one")
      try await store.forget(command.runId)
      try await store.forget(command.runId)
      await #expect(throws: QueueError.notFound) { try await store.report(command.taskId) }
      await #expect(throws: QueueError.gone) { try await store.submit(command) }
      await #expect(throws: QueueError.leaseLost) {
        try await store.finish(task.fence, .succeeded(result), owner: "one")
      }
      #expect(try await Outbox(pool: pool).facts(after: nil, limit: 10).facts.isEmpty)
      #expect(try await pool.query("SELECT task_id FROM task_event").isEmpty)
    }
  }
}
