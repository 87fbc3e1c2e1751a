import CLinux
import Glibc
import Synchronization

extension EventLoop {
  /// Runs a call that blocks on a thread of its own and suspends until it returns, the deadline or cancellation.
  ///
  /// The thread goes on until `work` returns, also when nobody waits for it any longer.
  public func runOnOwnThread<Answer: Sendable>(
    until deadline: ContinuousClock.Instant, _ work: @escaping @Sendable () -> Answer
  ) async throws(EventLoopError) -> Answer {
    let call = BlockingCall(work)
    let timer = schedule(at: deadline) { call.finish(with: .failure(.timedOut)) }
    defer { timer.cancel() }
    return try await withTaskCancellationHandler {
      await withCheckedContinuation { call.start($0) }
    } onCancel: {
      call.finish(with: .failure(.cancelled))
    }.get()
  }

  /// The numeric addresses of a host name, by getaddrinfo(3); an empty list if it has none.
  public func addresses(
    of host: String, until deadline: ContinuousClock.Instant
  ) async throws(EventLoopError) -> [String] {
    try await runOnOwnThread(until: deadline) { lookUp(host) }
  }
}

/// A blocking call and the one who waits for it, who is resumed by whichever comes first.
private final class BlockingCall<Answer: Sendable>: Sendable {
  typealias Outcome = Result<Answer, EventLoopError>

  private enum State {
    case new
    case waiting(CheckedContinuation<Outcome, Never>)
    case finished(Outcome)
  }

  private let work: @Sendable () -> Answer
  private let state = Mutex(State.new)

  init(_ work: @escaping @Sendable () -> Answer) { self.work = work }

  func start(_ continuation: CheckedContinuation<Outcome, Never>) {
    let early: Outcome? = state.withLock { state in
      if case .finished(let outcome) = state { return outcome }
      state = .waiting(continuation)
      return nil
    }
    if let early { return continuation.resume(returning: early) }
    let context = Unmanaged.passRetained(Box { self.finish(with: .success(self.work())) })
    let code = clinux_start_thread(
      { context in
        guard let context else { return nil }
        Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
        return nil
      }, context.toOpaque())
    guard code != 0 else { return }
    context.release()
    finish(with: .failure(.system(call: "pthread_create", errno: code)))
  }

  func finish(with outcome: Outcome) {
    let waiting: CheckedContinuation<Outcome, Never>? = state.withLock { state in
      switch state {
      case .new, .finished:
        if case .new = state { state = .finished(outcome) }
        return nil
      case .waiting(let continuation):
        state = .finished(outcome)
        return continuation
      }
    }
    waiting?.resume(returning: outcome)
  }
}

/// Carries a closure through the `void *` of pthread_create(3).
private final class Box: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) { self.body = body }
}

private func lookUp(_ host: String) -> [String] {
  var hints = addrinfo()
  hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  var found: UnsafeMutablePointer<addrinfo>?
  guard getaddrinfo(host, nil, &hints, &found) == 0 else { return [] }
  defer { freeaddrinfo(found) }
  var addresses: [String] = []
  var next = found
  while let entry = next {
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    let code = getnameinfo(
      entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
    if code == 0 {
      addresses.append(String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))
    }
    next = entry.pointee.ai_next
  }
  return addresses
}
