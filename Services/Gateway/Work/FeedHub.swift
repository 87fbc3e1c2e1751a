import Contracts
import Logging
import Redis
import ServiceLifecycle
import Synchronization

/// Wakes the event streams of this gateway: at once when Redis says that a user's feed has grown, and every
/// second besides, so that nobody depends on Redis.
final class FeedHub: Service {
  private struct State {
    var listeners: [String: [ObjectIdentifier: Listener.Bell]] = [:]
    /// Whether hints arrive.
    var hears = false
  }

  /// More streams of one user are refused.
  static let mostPerUser = 200

  private let state = Mutex(State())
  private let redis: RedisClient?
  private let logger: Logger

  /// Without Redis it only ticks.
  init(redis: RedisClient?, logger: Logger) {
    self.redis = redis
    self.logger = logger
  }

  /// Whether hints arrive; else the log must be read at every tick.
  var hears: Bool { state.withLock { $0.hears } }

  var count: Int { state.withLock { $0.listeners.values.reduce(0) { $0 + $1.count } } }

  /// A listener for a user's feed, until it is let go; nil when the user has too many.
  func listen(to user: String) -> Listener? {
    let bell = Listener.Bell()
    let listener = Listener(bell: bell) { [weak self] in self?.leave(user, bell) }
    let entered = state.withLock { state in
      guard state.listeners[user, default: [:]].count < Self.mostPerUser else { return false }
      state.listeners[user, default: [:]][ObjectIdentifier(bell)] = bell
      return true
    }
    return entered ? listener : nil
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await self.hear() }
        group.addTask { await self.tick() }
      }
    }
  }

  /// A user's feed has grown, or may have.
  func ring(_ user: String) {
    let bells = state.withLock { $0.listeners[user].map { Array($0.values) } ?? [] }
    for bell in bells { bell.ring(hint: true) }
  }

  private func hear() async {
    guard let redis else { return }
    for await event in redis.subscribe([Channel.feed]) {
      switch event {
      case .subscribed:
        state.withLock { $0.hears = true }
        ringAll(hint: true)
      case .message(_, let user): ring(user)
      case .disconnected: state.withLock { $0.hears = false }
      }
    }
  }

  private func tick() async {
    while !Task.isCancelled {
      // Ends early only with the task.
      try? await Task.sleep(for: .seconds(1))
      ringAll(hint: false)
    }
  }

  private func ringAll(hint: Bool) {
    let bells = state.withLock { $0.listeners.values.flatMap { Array($0.values) } }
    for bell in bells { bell.ring(hint: hint) }
  }

  private func leave(_ user: String, _ bell: Listener.Bell) {
    state.withLock { state in
      state.listeners[user]?[ObjectIdentifier(bell)] = nil
      if state.listeners[user]?.isEmpty == true { state.listeners[user] = nil }
    }
  }
}

/// One event stream's ear; letting it go ends the listening.
final class Listener: Sendable {
  /// Rings for one listener; rings that nobody has heard yet are one.
  final class Bell: Sendable {
    fileprivate let rings: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let hinted = Mutex(false)

    init() { (rings, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func ring(hint: Bool) {
      if hint { hinted.withLock { $0 = true } }
      continuation.yield()
    }

    fileprivate func finish() { continuation.finish() }

    fileprivate func takeHint() -> Bool {
      hinted.withLock { hint in
        defer { hint = false }
        return hint
      }
    }
  }

  private let bell: Bell
  private let leave: @Sendable () -> Void

  fileprivate init(bell: Bell, leave: @escaping @Sendable () -> Void) {
    self.bell = bell
    self.leave = leave
  }

  deinit { leave() }

  /// A value at every ring; ends with `finish()`.
  var rings: AsyncStream<Void> { bell.rings }

  /// Whether the feed may have grown since this was last asked.
  func takeHint() -> Bool { bell.takeHint() }

  /// Ends the rings for good.
  func finish() { bell.finish() }
}
