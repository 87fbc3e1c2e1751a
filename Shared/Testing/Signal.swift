import EventLoop
import Synchronization

/// A wait of a test ended without what it waited for.
public struct WaitTimedOut: Error, CustomStringConvertible {
  public let description: String
}

/// Something that happens a number of times, for which a test can wait without sleeping.
public final class Signal: Sendable {
  private struct State {
    var count = 0
    var lastID = 0
    var waiters: [Int: (count: Int, continuation: CheckedContinuation<Bool, Never>)] = [:]
  }

  private let state = Mutex(State())

  public init() {}

  public var count: Int { state.withLock(\.count) }

  /// Happens once more.
  public func fire() {
    let ready = state.withLock { state in
      state.count += 1
      let ready = state.waiters.filter { $0.value.count <= state.count }
      for id in ready.keys { state.waiters[id] = nil }
      return ready.values.map(\.continuation)
    }
    for continuation in ready { continuation.resume(returning: true) }
  }

  /// Returns once it has happened `count` times in all; throws after `timeout`, which only a failure reaches.
  public func wait(count: Int = 1, timeout: Duration = .seconds(20)) async throws {
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    let timer = HarnessLoop.shared.schedule(at: ContinuousClock.now + timeout) { [weak self] in
      self?.giveUp(id)
    }
    defer { timer.cancel() }
    let happened = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isDone = state.withLock { state -> Bool? in
          if state.count >= count { return true }
          if Task.isCancelled { return false }
          state.waiters[id] = (count, continuation)
          return nil
        }
        if let isDone { continuation.resume(returning: isDone) }
      }
    } onCancel: {
      giveUp(id)
    }
    guard !happened else { return }
    try Task.checkCancellation()
    throw WaitTimedOut(description: "happened \(self.count) of \(count) times within \(timeout)")
  }

  private func giveUp(_ id: Int) {
    state.withLock { $0.waiters.removeValue(forKey: id) }?.continuation.resume(returning: false)
  }
}
