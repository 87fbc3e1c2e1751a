import Contracts
import Logging
import Synchronization

/// Prolongs the leases of a worker on connections of its own, and hears what is asked of its tasks.
///
/// It beats five times in a lease, and at once when a signal comes.
final class Heart: Sendable {
  private let store: TaskStore
  private let holds: Holds
  private let lease: Duration
  private let bell: Bell
  private let logger: Logger
  private let isStopped = Mutex(false)

  /// `store` has a pool of its own, so that busy workers cannot keep a heartbeat waiting.
  init(store: TaskStore, holds: Holds, lease: Duration, bell: Bell, logger: Logger) {
    self.store = store
    self.holds = holds
    self.lease = lease
    self.bell = bell
    self.logger = logger
  }

  /// Beats until `stop`, which comes only after the last task has been given back.
  func run() async {
    while !Task.isCancelled, !isStopped.withLock({ $0 }) {
      await beat()
      await bell.wait(upTo: lease / 5)
    }
  }

  func stop() {
    isStopped.withLock { $0 = true }
    bell.ring()
  }

  func beat() async {
    let held = holds.all
    guard !held.isEmpty else { return }
    let askedAt = ContinuousClock.now
    do {
      let kept = try await store.heartbeat(held.map(\.fence), lease: lease)
      for hold in held {
        guard let requested = kept[hold.task.id] else {
          hold.stop(.leaseLost)
          continue
        }
        hold.renewed(askedAt: askedAt, lease: lease)
        if requested == .cancel { hold.stop(.cancelRequested) }
      }
    } catch {
      logger.warning("A heartbeat failed", metadata: ["error": "\(error)", "tasks": "\(held.count)"])
    }
  }
}
