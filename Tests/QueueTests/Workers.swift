import Contracts
import Harness
import Logging
import Postgres
import Queue
import ServiceLifecycle

/// An executor that a test writes.
struct Execution: TaskExecutor {
  let body: @Sendable (LeasedTask, TaskContext) async throws -> TaskResult

  func execute(_ task: LeasedTask, _ context: TaskContext) async throws -> TaskResult {
    try await body(task, context)
  }

  /// Says that it began, then works until it is told to stop.
  static func endless(_ began: Signal, stopped: Signal = Signal()) -> Execution {
    Execution { _, _ in
      began.fire()
      defer { stopped.fire() }
      try await Signal().wait(timeout: .seconds(600))
      return result
    }
  }
}

extension Worker.Options {
  /// Looks for work only when woken, unless told otherwise.
  static func test(
    concurrency: Int = 2, lease: Duration = .seconds(20), poll: Duration? = nil, drain: Duration = .zero,
    retries: RetryPolicy = RetryPolicy()
  ) -> Self {
    Worker.Options(
      owner: "test", concurrency: concurrency, lease: lease, poll: poll, drain: drain, retries: retries)
  }
}

/// Runs services during `body`, then shuts them down gracefully and waits for their end.
func running(_ services: [any Service], _ body: () async throws -> Void) async throws {
  let group = ServiceGroup(
    configuration: .init(
      services: services.map { .init(service: $0, successTerminationBehavior: .ignore) },
      logger: .silent))
  try await withThrowingTaskGroup { tasks in
    tasks.addTask { try await group.run() }
    do {
      try await body()
    } catch {
      await group.triggerGracefulShutdown()
      throw error
    }
    await group.triggerGracefulShutdown()
    try await tasks.waitForAll()
  }
}

/// Runs a worker of the music phase during `body`.
func withWorker(
  _ store: TaskStore, _ execution: Execution, _ options: Worker.Options = .test(),
  heartStore: TaskStore? = nil, forget: @escaping Worker.Forget = { _ in }, _ body: () async throws -> Void
) async throws {
  let worker = Worker(
    store: store, heartStore: heartStore ?? store, executors: [.music: execution], options: options,
    logger: .silent, forget: forget)
  try await running([worker], body)
}

extension Logger {
  static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

extension TaskStore {
  /// The task once it satisfies a condition, which is looked at after every commit of this process.
  func report(
    _ id: TaskID, when holds: (TaskReport) -> Bool
  ) async throws -> TaskReport {
    while true {
      let report = try await report(id)
      if holds(report) { return report }
      await bells.outbox.wait()
      try Task.checkCancellation()
    }
  }

  func ended(_ id: TaskID) async throws -> TaskReport { try await report(id) { $0.state.isTerminal } }
}
