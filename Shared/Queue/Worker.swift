public import Contracts
public import Logging
public import ServiceLifecycle
import Synchronization

/// Claims tasks and executes them.
///
/// It looks for tasks when its bell rings and when `poll` has passed. On a graceful shutdown it claims no
/// more, lets what runs finish for `drain`, and gives the rest back for another worker to go on at once.
public final class Worker: Service {
  public struct Options: Sendable {
    /// Who holds the lease; no two processes that live at once have the same.
    ///
    /// A worker that starts under the name of an earlier one goes on with its tasks.
    public var owner: String
    public var concurrency: Int
    public var lease: Duration
    /// Nil never looks without being woken.
    public var poll: Duration?
    public var drain: Duration
    public var retries: RetryPolicy

    public init(
      owner: String, concurrency: Int = 2, lease: Duration = .seconds(20), poll: Duration? = .seconds(1),
      drain: Duration = .seconds(25), retries: RetryPolicy = RetryPolicy()
    ) {
      self.owner = owner
      self.concurrency = concurrency
      self.lease = lease
      self.poll = poll
      self.drain = drain
      self.retries = retries
    }
  }

  /// Forgets what a service keeps of a deleted run; harmless when repeated.
  public typealias Forget = @Sendable (RunID) async throws -> Void

  let store: TaskStore
  let executors: [Phase: any TaskExecutor]
  let forget: Forget
  let options: Options
  let logger: Logger
  let holds = Holds()
  private let heart: Heart
  private let isDraining = Mutex(false)

  /// `heartStore` writes to the same tables on connections of its own.
  public init(
    store: TaskStore, heartStore: TaskStore, executors: [Phase: any TaskExecutor], options: Options,
    logger: Logger, forget: @escaping Forget
  ) {
    self.store = store
    self.executors = executors
    self.forget = forget
    self.options = options
    self.logger = logger
    heart = Heart(
      store: heartStore, holds: holds, lease: options.lease, bell: store.bells.signals, logger: logger)
  }

  public func run() async throws {
    await withGracefulShutdownHandler {
      await withTaskGroup { group in
        group.addTask { await self.heart.run() }
        group.addTask {
          await self.work()
          self.heart.stop()
        }
        await group.waitForAll()
      }
    } onGracefulShutdown: {
      self.isDraining.withLock { $0 = true }
      self.store.bells.tasks.ring()
    }
  }

  private var mayClaim: Bool { !Task.isCancelled && !isDraining.withLock { $0 } }

  private func takeOver() async {
    do {
      let count = try await store.releaseAll(of: options.owner)
      if count > 0 { logger.notice("Going on after a crash", metadata: ["tasks": "\(count)"]) }
    } catch {
      logger.warning("Tasks of an earlier process wait for their leases", metadata: ["error": "\(error)"])
    }
  }

  private func work() async {
    await takeOver()
    await withDiscardingTaskGroup { group in
      while mayClaim {
        let claimed = await claim(options.concurrency - holds.count)
        for hold in claimed {
          holds.insert(hold)
          group.addTask {
            await self.attend(hold)
            self.holds.remove(hold)
            self.store.bells.tasks.ring()
          }
        }
        if claimed.isEmpty || holds.count >= options.concurrency {
          await store.bells.tasks.wait(upTo: options.poll)
        }
      }
      await drain()
    }
  }

  private func claim(_ limit: Int) async -> [Hold] {
    guard limit > 0 else { return [] }
    let askedAt = ContinuousClock.now
    do {
      let tasks = try await store.claim(limit: limit, owner: options.owner, lease: options.lease)
      return tasks.map { Hold($0, askedAt: askedAt, lease: options.lease) }
    } catch {
      logger.warning("No task could be claimed", metadata: ["error": "\(error)"])
      return []
    }
  }

  private func drain() async {
    let deadline = ContinuousClock.now + options.drain
    while holds.count > 0, .now < deadline, !Task.isCancelled {
      await store.bells.tasks.wait(upTo: ContinuousClock.now.duration(to: deadline))
    }
    for hold in holds.all { hold.stop(.draining) }
  }
}
