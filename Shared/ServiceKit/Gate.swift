internal import Synchronization

/// Opens once; whoever comes before waits, whoever comes after goes through.
public final class Gate: Sendable {
  private struct State {
    var isOpen = false
    var nextTicket = 0
    var waiting: [Int: CheckedContinuation<Void, any Error>] = [:]
  }

  private let state = Mutex(State())

  public init() {}

  public var isOpen: Bool { state.withLock { $0.isOpen } }

  public func open() {
    let waiting = state.withLock { state in
      state.isOpen = true
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Returns once the gate is open; throws `CancellationError` when the task is cancelled first.
  public func passed() async throws {
    let ticket = state.withLock { state in
      state.nextTicket += 1
      return state.nextTicket
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in enter(ticket, continuation) }
    } onCancel: {
      let continuation = state.withLock { $0.waiting.removeValue(forKey: ticket) }
      continuation?.resume(throwing: CancellationError())
    }
  }

  private func enter(_ ticket: Int, _ continuation: CheckedContinuation<Void, any Error>) {
    let isOpen = state.withLock { state in
      // The handler may have run before the ticket was here.
      if !state.isOpen && !Task.isCancelled { state.waiting[ticket] = continuation }
      return state.isOpen || Task.isCancelled
    }
    guard isOpen else { return }
    if Task.isCancelled { continuation.resume(throwing: CancellationError()) } else { continuation.resume() }
  }
}
