package import Artifacts
package import Contracts
import FoundationEssentials
import Harness
import Logging
package import Media
package import Postgres
package import Queue
import ServiceLifecycle
import Synchronization

/// A worker's surroundings: a private database, and a store and a folder of its own.
package struct Rig: Sendable {
  package let tasks: TaskStore
  package let artifacts: LocalArtifactStore
  package let shelf: Shelf
  package let media: MediaPool
  package let folder: String

  /// Executes one command with a real worker and returns how it ended.
  package func run(_ executor: any TaskExecutor, _ command: TaskCommand) async throws -> TaskReport {
    let options = Worker.Options(
      owner: "test", poll: .milliseconds(10), retries: RetryPolicy(base: .milliseconds(1)))
    let worker = Worker(
      store: tasks, heartStore: tasks, executors: [command.input.phase: executor], options: options,
      logger: .silent, forget: { try await shelf.forget($0) })
    let group = ServiceGroup(configuration: .init(services: [.init(service: worker)], logger: .silent))
    return try await withThrowingTaskGroup { running in
      running.addTask { try await group.run() }
      var report = try await tasks.submit(command)
      while !report.state.isTerminal {
        await tasks.bells.outbox.wait()
        report = try await tasks.report(command.taskId)
      }
      await group.triggerGracefulShutdown()
      try await running.waitForAll()
      return report
    }
  }

  /// Stores a file that `write` makes, as an earlier step would have.
  package func store(_ key: String, _ write: @Sendable (String) throws -> Void) async throws
    -> ArtifactReference
  {
    let path = "\(folder)/\(UUID().uuidString)"
    try write(path)
    return try await artifacts.put(file: path, as: key).reference
  }
}

/// Fails a number of executions after their work is done, as a process that dies before its commit.
package final class Dying: TaskExecutor {
  private let inner: any TaskExecutor
  private let left: Mutex<Int>

  package init(_ times: Int, _ inner: any TaskExecutor) {
    self.inner = inner
    left = Mutex(times)
  }

  package func execute(_ task: LeasedTask, _ context: TaskContext) async throws -> TaskResult {
    let result = try await inner.execute(task, context)
    let dies = left.withLock { left in
      left -= 1
      return left >= 0
    }
    if dies { throw TaskFault(code: "died", detail: "It died.", kind: .transient) }
    return result
  }
}

/// Counts what happens.
package final class Tally: Sendable {
  package init() {}
  private let number = Mutex(0)

  package func add() { number.withLock { $0 += 1 } }
  package var count: Int { number.withLock { $0 } }
}

/// Lends a rig whose takes are kept in `table`.
package func withRig(_ table: String, _ own: [Migration], _ body: (Rig) async throws -> Void) async throws {
  try await withDatabase(migrations: QueueMigrations.all + own) { pool in
    try await withFolder { folder in
      let artifacts = LocalArtifactStore(root: "\(folder)/store")
      let workspace = Workspace(root: "\(folder)/temp", service: .chunks)
      try workspace.prepare()
      let takes = TakeStore(table: table, pool: pool)
      let media = MediaPool(size: 2)
      try await body(
        Rig(
          tasks: TaskStore(pool: pool), artifacts: artifacts,
          shelf: Shelf(artifacts: artifacts, takes: takes, workspace: workspace), media: media,
          folder: folder))
      try await media.shutdown()
    }
  }
}

/// Lends a folder that is gone afterwards.
package func withFolder(_ body: (String) async throws -> Void) async throws {
  let folder = FileManager.default.temporaryDirectory.path + "/longtake-test-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  do {
    try await body(folder)
  } catch {
    try FileManager.default.removeItem(atPath: folder)
    throw error
  }
  try FileManager.default.removeItem(atPath: folder)
}

/// A command of a video's run.
package func command(
  _ step: StepKey, _ input: TaskInput, video: VideoID, generation: Int = 1
) -> TaskCommand {
  let run = RunID(video.uuid)
  return TaskCommand(
    taskId: TaskID(run: run, step: step, generation: generation), runId: run, userId: "ada", step: step,
    generation: generation, input: input, grantUSD: .zero)
}
