import Synchronization

/// A wake-up within a process: rung by whoever made work, waited for by whoever does it.
///
/// Rings while nobody waits are remembered as one.
public final class Bell: Sendable {
  private struct State {
    var rung = false
    var nextID = 0
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private let state = Mutex(State())

  public init() {}

  /// Wakes everybody who waits, or the next one who will.
  public func ring() {
    let woken = state.withLock { state in
      state.rung = state.waiting.isEmpty
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    for continuation in woken { continuation.resume() }
  }

  /// Returns at the next ring, at once when one is remembered, and when the task is cancelled.
  public func wait() async {
    let id = state.withLock { state in
      state.nextID += 1
      return state.nextID
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let atOnce = state.withLock { state in
          if state.rung || Task.isCancelled {
            state.rung = false
            return true
          }
          state.waiting[id] = continuation
          return false
        }
        if atOnce { continuation.resume() }
      }
    } onCancel: {
      state.withLock { $0.waiting.removeValue(forKey: id) }?.resume()
    }
  }

  /// Returns at the next ring, or after `limit`; nil waits for the ring alone.
  public func wait(upTo limit: Duration?) async {
    guard let limit else { return await wait() }
    await withTaskGroup { group in
      group.addTask { await self.wait() }
      group.addTask { try? await Task.sleep(for: limit) }
      await group.next()
      group.cancelAll()
    }
  }
}

/// The bells of one process: those who write to the tables ring them after the commit.
public struct Bells: Sendable {
  /// There may be a task to claim, or a free place to work in.
  public let tasks = Bell()
  /// There is a fact to publish.
  public let outbox = Bell()
  /// Something was asked of a task that is being worked on.
  public let signals = Bell()

  public init() {}
}
