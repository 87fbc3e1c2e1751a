import CLinux
import Synchronization

/// One thread with epoll(7) and an eventfd that runs actors and tells them when their sockets are ready.
///
/// An actor whose `unownedExecutor` is a loop runs all its code on the loop's thread, so it may call
/// non-blocking C functions there and suspend in `wait` between them. The thread ends when the last reference
/// to the loop is gone; every actor on it must therefore hold one.
public final class EventLoop: SerialExecutor, Sendable {
  private let core: EventLoopCore

  /// Starts the thread; `name` shows in `ps -L` and is cut to 15 bytes.
  public init(name: String) throws(EventLoopError) {
    core = try EventLoopCore(name: name)
    core.adopt(self)
    try core.start()
  }

  deinit { core.wake() }

  /// Suspends until `fd` is ready, which must stay open meanwhile.
  ///
  /// Any number of waits may share a descriptor. Throws `timedOut` at the deadline, `cancelled` with the task
  /// (unless `cancellable` is false) and `shutDown` once the loop is.
  @discardableResult
  public func wait(
    for interest: Readiness, on fd: Int32, until deadline: ContinuousClock.Instant? = nil,
    cancellable: Bool = true
  ) async throws(EventLoopError) -> Readiness {
    let id = core.nextID()
    guard cancellable else {
      return try await withCheckedContinuation { continuation in
        core.add(Wait(id: id, fd: fd, interest: interest, continuation: continuation), until: deadline)
      }.get()
    }
    return try await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        core.add(
          Wait(id: id, fd: fd, interest: interest, continuation: continuation), until: deadline,
          refuse: { Task.isCancelled })
      }
    } onCancel: {
      core.finish(id, with: .failure(.cancelled))
    }.get()
  }

  /// Runs `action` on the loop's thread at `deadline`, or as soon after it as the thread is free.
  ///
  /// The action must not block. Timers go on firing after `shutdown`.
  public func schedule(
    at deadline: ContinuousClock.Instant, _ action: @escaping @Sendable () -> Void
  ) -> Timer {
    let id = core.nextID()
    core.schedule(id, at: deadline, action)
    return Timer(id: id, core: core)
  }

  /// Ends all waits with `shutDown`, and every later one at once; actors on the loop go on running.
  public func shutdown() { core.shutdown() }

  public func enqueue(_ job: consuming ExecutorJob) { core.enqueue(UnownedJob(job)) }

  public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
    UnownedSerialExecutor(ordinary: self)
  }

  public func checkIsolated() {
    precondition(core.isOnThread, "this code must run on its event loop")
  }

  public func isIsolatingCurrentContext() -> Bool? { core.isOnThread }

  /// A scheduled action that may still be called off.
  public struct Timer: Sendable {
    let id: UInt64
    let core: EventLoopCore

    /// Does nothing if the action has begun.
    public func cancel() { core.cancelTimer(id) }
  }
}
