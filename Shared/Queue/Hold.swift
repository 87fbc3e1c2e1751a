import Contracts
import Synchronization

/// A lease as this process sees it: until when it surely holds, and why its work should stop.
///
/// Time is the monotonic clock's, counted from before the database was asked, and only two thirds of the
/// lease are trusted: the work has stopped before the database gives the task to another.
final class Hold: Sendable {
  enum Reason: Sendable, Equatable {
    case cancelRequested, leaseLost, draining
  }

  private struct State {
    var until: ContinuousClock.Instant
    var reason: Reason?
  }

  let task: LeasedTask
  let fence: Fence
  private let state: Mutex<State>
  private let bell = Bell()

  init(_ task: LeasedTask, askedAt: ContinuousClock.Instant, lease: Duration) {
    self.task = task
    fence = Fence(task: task.id, token: task.leaseToken)
    state = Mutex(State(until: askedAt + lease * 2 / 3))
  }

  /// Whether the lease can no longer be trusted.
  var isOver: Bool { state.withLock { $0.until <= .now || $0.reason == .leaseLost } }

  func renewed(askedAt: ContinuousClock.Instant, lease: Duration) {
    state.withLock { $0.until = max($0.until, askedAt + lease * 2 / 3) }
  }

  /// Asks the work to stop; a lost lease outranks every other reason, else the first one stays.
  func stop(_ reason: Reason) {
    state.withLock { if $0.reason == nil || reason == .leaseLost { $0.reason = reason } }
    bell.ring()
  }

  /// Waits until the work should stop; nil when the waiting task is cancelled.
  func stopped() async -> Reason? {
    while !Task.isCancelled {
      let (until, reason) = state.withLock { ($0.until, $0.reason) }
      if let reason { return reason }
      let left = ContinuousClock.now.duration(to: until)
      if left <= .zero { return .leaseLost }
      await bell.wait(upTo: left)
    }
    return nil
  }
}

/// The tasks that a process works on.
final class Holds: Sendable {
  private let holds = Mutex<[TaskID: Hold]>([:])

  var all: [Hold] { holds.withLock { Array($0.values) } }
  var count: Int { holds.withLock { $0.count } }

  func insert(_ hold: Hold) { holds.withLock { $0[hold.task.id] = hold } }

  /// Removes the hold, and not a newer one of the same task.
  func remove(_ hold: Hold) {
    holds.withLock { if $0[hold.task.id] === hold { $0[hold.task.id] = nil } }
  }
}
