public import EventLoop
public import FoundationEssentials
public import Logging
import Synchronization

/// Redis over hiredis: one connection for commands, one for every blocking reader and every subscription.
///
/// Connections are made when first needed and again after a loss, with a capped and jittered backoff. Redis
/// holds nothing that Postgres does not: whatever is lost here is found again there.
public final class RedisClient: Sendable {
  private struct State {
    var readers: [String: RedisSession] = [:]
    var subscriptions: [WeakSource] = []
    var isClosed = false
  }

  private struct WeakSource {
    weak var source: SubscriptionSource?
  }

  public let configuration: RedisConfiguration
  private let loop: EventLoop
  private let logger: Logger
  private let commands: RedisSession
  private let state = Mutex(State())

  public init(configuration: RedisConfiguration, loop: EventLoop, logger: Logger) {
    self.configuration = configuration
    self.loop = loop
    self.logger = logger
    commands = RedisSession(configuration, loop: loop, logger: logger)
  }

  /// Runs one command; an error reply is thrown.
  @discardableResult
  public func command(_ arguments: String...) async throws(RedisError) -> RedisReply {
    try await command(arguments.map { Data($0.utf8) })
  }

  /// Runs one command whose arguments may be any bytes; an error reply is thrown.
  @discardableResult
  public func command(_ arguments: [Data]) async throws(RedisError) -> RedisReply {
    try await only(commands.exchange([arguments]))
  }

  /// Runs commands in one go; error replies are among the replies.
  public func pipeline(_ commands: [[String]]) async throws(RedisError) -> [RedisReply] {
    guard !commands.isEmpty else { return [] }
    return try await self.commands.exchange(commands.map { $0.map { Data($0.utf8) } })
  }

  /// Tells who listens; the number of listeners is not the number of those who will act.
  @discardableResult
  public func publish(_ channel: String, _ message: String) async throws(RedisError) -> Int {
    guard let count = try await command("PUBLISH", channel, message).integer else {
      throw .unexpected("PUBLISH")
    }
    return count
  }

  /// Succeeds when the server answers.
  public func ping() async throws(RedisError) {
    guard try await command("PING").text == "PONG" else { throw .unexpected("PING") }
  }

  /// Listens to channels for as long as the stream is read, by one reader, reconnecting by itself.
  public func subscribe(_ channels: [String]) -> AsyncStream<Subscription.Event> {
    let source = SubscriptionSource(channels, configuration, loop: loop, logger: logger)
    let isClosed = state.withLock { state in
      state.subscriptions.removeAll { $0.source == nil }
      state.subscriptions.append(WeakSource(source: source))
      return state.isClosed
    }
    guard !isClosed, !channels.isEmpty else { return AsyncStream { nil } }
    return AsyncStream { await source.next() }
  }

  /// Ends all connections; what is under way fails with `closed`.
  public func close() async {
    let (readers, subscriptions) = state.withLock { state in
      state.isClosed = true
      return (Array(state.readers.values), state.subscriptions)
    }
    await commands.close()
    for reader in readers { await reader.close() }
    for subscription in subscriptions { await subscription.source?.close() }
  }
}

extension RedisClient {
  /// Runs a command that may block on the connection of `reader`, so that it holds up nobody else.
  func blockingCommand(
    _ arguments: [String], reader: String, timeout: Duration
  ) async throws(RedisError) -> RedisReply {
    let session = state.withLock { state -> RedisSession? in
      if state.isClosed { return nil }
      if let session = state.readers[reader] { return session }
      let session = RedisSession(configuration, loop: loop, logger: logger)
      state.readers[reader] = session
      return session
    }
    guard let session else { throw .closed }
    return try await only(session.exchange([arguments.map { Data($0.utf8) }], timeout: timeout))
  }

  private func only(_ replies: [RedisReply]) throws(RedisError) -> RedisReply {
    guard let reply = replies.first else { throw .unexpected("a command") }
    return try reply.value()
  }
}
