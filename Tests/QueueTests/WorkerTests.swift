import Contracts
import Harness
import Postgres
import Queue
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct WorkerTests {
  @Test func submittedTaskIsExecutedWithoutPolling() async throws {
    try await withTasks { store, _ in
      try await withWorker(store, Execution { _, _ in result }) {
        let command = command()
        let report = try await store.submit(command)
        #expect(report.state == .queued)
        let ended = try await store.ended(command.taskId)
        #expect(ended.state == .succeeded)
        #expect(ended.result == result)
        #expect(ended.progress == 100)
      }
    }
  }

  @Test func idleWorkerStartsATaskWithin50Milliseconds() async throws {
    try await withTasks { store, _ in
      let began = Signal()
      let start = Mutex(ContinuousClock.now)
      let execution = Execution { _, _ in
        start.withLock { $0 = .now }
        began.fire()
        return result
      }
      try await withWorker(store, execution) {
        var best = Duration.seconds(9)
        for round in 1...5 {
          _ = try await store.submit(command())
          let submitted = ContinuousClock.now
          try await began.wait(count: round)
          best = min(best, submitted.duration(to: start.withLock { $0 }))
        }
        #expect(best < .milliseconds(50))
      }
    }
  }

  @Test func faultThatPassesIsTriedAgain() async throws {
    try await withTasks { store, _ in
      let execution = Execution { task, _ in
        if task.attempts < 3 { throw TaskFault(code: "busy", detail: "Busy.", kind: .transient) }
        return result
      }
      let options = Worker.Options.test(
        poll: .milliseconds(10), retries: RetryPolicy(base: .milliseconds(1)))
      try await withWorker(store, execution, options) {
        let command = command()
        _ = try await store.submit(command)
        let ended = try await store.ended(command.taskId)
        #expect(ended.state == .succeeded)
        #expect(ended.attempts == 3)
      }
    }
  }

  @Test func faultThatStaysEndsTheTaskAfterFiveAttempts() async throws {
    try await withTasks { store, _ in
      let execution = Execution { _, _ in
        throw TaskFault(code: "busy", detail: "Busy.", kind: .transient)
      }
      let options = Worker.Options.test(
        poll: .milliseconds(10), retries: RetryPolicy(base: .milliseconds(1)))
      try await withWorker(store, execution, options) {
        let command = command()
        _ = try await store.submit(command)
        let ended = try await store.ended(command.taskId)
        #expect(ended.state == .failed)
        #expect(ended.attempts == 5)
        #expect(ended.fault?.code == "busy")
      }
    }
  }

  static let faults: [(any Error, TaskState, String)] = [
    (fault, .failed, "broken"), (NothingToClaim(), .quarantined, "unexpected"),
    (TaskFault(code: "wrong", detail: "Wrong.", kind: .bug), .quarantined, "wrong"),
  ]

  @Test(arguments: 0..<3) func faultThatNoRetryHelpsEndsTheTaskAtOnce(_ index: Int) async throws {
    let (error, state, code) = Self.faults[index]
    try await withTasks { store, _ in
      try await withWorker(store, Execution { _, _ in throw error }) {
        let command = command()
        _ = try await store.submit(command)
        let ended = try await store.ended(command.taskId)
        #expect(ended.state == state)
        #expect(ended.fault?.code == code)
        #expect(ended.attempts == 1)
      }
    }
  }

  @Test func cancelReachesARunningExecutorAtOnce() async throws {
    try await withTasks { store, _ in
      let began = Signal()
      try await withWorker(store, .endless(began)) {
        let command = command()
        _ = try await store.submit(command)
        try await began.wait()
        _ = try await store.signal(command.taskId, TaskSignal(requestedStatus: .cancel))
        #expect(try await store.ended(command.taskId).state == .canceled)
      }
    }
  }

  @Test func workStopsWhenTheLeaseIsAnothers() async throws {
    try await withTasks { store, pool in
      let (began, stopped) = (Signal(), Signal())
      try await withWorker(store, .endless(began, stopped: stopped), .test(concurrency: 1)) {
        let command = command()
        _ = try await store.submit(command)
        try await began.wait()
        try await pool.expire(command.taskId)
        let heir = try await store.claimOne("two")
        store.bells.signals.ring()
        try await stopped.wait()
        #expect(try await store.finish(heir.fence, .succeeded(result), owner: "two").state == .succeeded)
      }
    }
  }

  @Test func workStopsByItselfWhenNoHeartbeatIsAnswered() async throws {
    try await withTasks { store, _ in
      try await withTasks { _, deadPool in
        await deadPool.close()
        let (began, stopped) = (Signal(), Signal())
        try await withWorker(
          store, .endless(began, stopped: stopped), .test(lease: .milliseconds(600)),
          heartStore: TaskStore(pool: deadPool)
        ) {
          _ = try await store.submit(command())
          try await began.wait()
          let start = ContinuousClock.now
          try await stopped.wait()
          #expect(start.duration(to: .now) < .milliseconds(600))
        }
      }
    }
  }

  @Test func heartbeatsKeepALeaseLongerThanItLasts() async throws {
    try await withTasks { store, pool in
      let execution = Execution { task, _ in
        // Until the lease ends later than two leases after the one that was given.
        while try await !pool.outlives(task.id, leases: 2, of: .milliseconds(500)) {}
        return result
      }
      try await withWorker(store, execution, .test(lease: .milliseconds(500), poll: .milliseconds(20))) {
        let command = command()
        _ = try await store.submit(command)
        let ended = try await store.ended(command.taskId)
        #expect(ended.state == .succeeded)
        #expect(ended.attempts == 1)
      }
    }
  }

  @Test func stoppingWorkerGivesItsTaskBackForAnotherToGoOn() async throws {
    try await withTasks { store, _ in
      let began = Signal()
      let command = command()
      try await withWorker(store, .endless(began)) {
        _ = try await store.submit(command)
        try await began.wait()
      }
      #expect(try await store.report(command.taskId).state == .queued)
      #expect(try await store.claimOne("two").attempts == 2)
    }
  }

  @Test func stoppingWorkerLetsItsTaskFinish() async throws {
    try await withTasks { store, _ in
      let (began, mayEnd) = (Signal(), Signal())
      let command = command()
      let execution = Execution { _, _ in
        began.fire()
        try await mayEnd.wait()
        return result
      }
      try await withWorker(store, execution, .test(drain: .seconds(20))) {
        _ = try await store.submit(command)
        try await began.wait()
        mayEnd.fire()
      }
      #expect(try await store.report(command.taskId).state == .succeeded)
    }
  }

  @Test func workerOfADeletedRunForgetsWhatItHasJustMade() async throws {
    try await withTasks { store, _ in
      let (began, forgotten) = (Signal(), Signal())
      let forget: Worker.Forget = { _ in forgotten.fire() }
      try await withWorker(store, .endless(began), forget: forget) {
        let command = command()
        _ = try await store.submit(command)
        try await began.wait()
        try await store.forget(command.runId)
        try await forgotten.wait()
      }
    }
  }

  @Test func workerThatComesBackUnderItsNameGoesOnAtOnce() async throws {
    try await withTasks { store, _ in
      for user in ["ada", "other"] { _ = try await store.submit(command(user: user)) }
      let crashed = try await store.claimOne("test")
      let others = try await store.claimOne("elsewhere")
      try await withWorker(store, Execution { _, _ in result }) {
        let ended = try await store.ended(crashed.id)
        #expect(ended.attempts == 2)
      }
      #expect(try await store.heartbeat([crashed.fence, others.fence], lease: .seconds(60)).count == 1)
    }
  }

  @Test func noMoreTasksRunAtOnceThanAllowed() async throws {
    try await withTasks { store, _ in
      let running = Mutex((now: 0, most: 0))
      let execution = Execution { _, _ in
        running.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) }
        await Task.yield()
        running.withLock { $0.now -= 1 }
        return result
      }
      try await withWorker(store, execution, .test(concurrency: 2)) {
        var ids: [TaskID] = []
        for _ in 0..<8 { ids.append(try await store.submit(command()).taskId) }
        for id in ids { _ = try await store.ended(id) }
      }
      #expect(running.withLock { $0.most } <= 2)
    }
  }

  @Test func workOfAnExecutorIsCountedAndProgressIsWrittenSparingly() async throws {
    try await withTasks { store, _ in
      let execution = Execution { _, context in
        try await context.advance(to: .creating)
        try await context.advance(to: .preparing)
        await context.timed { for percent in 1...90 { context.report(progress: percent) } }
        return result
      }
      try await withWorker(store, execution) {
        let command = command()
        _ = try await store.submit(command)
        let ended = try await store.ended(command.taskId)
        #expect(ended.version <= 5)
        #expect((ended.workSeconds ?? 0) > 0)
      }
    }
  }
}
