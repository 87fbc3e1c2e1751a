import EventLoop
import FoundationEssentials
import Logging

/// A connection that is made when it is needed and made again when it was lost; one exchange at a time.
actor RedisSession {
  nonisolated let loop: EventLoop
  private let configuration: RedisConfiguration
  private let logger: Logger
  private var connection: RedisConnection?
  private var backoff = Backoff()
  private var isBusy = false
  private var queue: [CheckedContinuation<Void, Never>] = []
  private var isClosed = false

  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(_ configuration: RedisConfiguration, loop: EventLoop, logger: Logger) {
    self.configuration = configuration
    self.loop = loop
    self.logger = logger
  }

  /// Sends commands and returns their replies, after the exchanges that were asked for before.
  ///
  /// Nothing is sent twice: when the connection is lost on the way, the caller must decide. While the server
  /// is unreachable this fails at once, until the next attempt is due.
  func exchange(
    _ commands: [[Data]], timeout: Duration? = nil
  ) async throws(RedisError) -> [RedisReply] {
    let deadline = ContinuousClock.now.advanced(by: timeout ?? configuration.commandTimeout)
    await enter()
    defer { leave() }
    guard !Task.isCancelled else { throw .cancelled }
    guard ContinuousClock.now < deadline else { throw .timedOut }
    do throws(RedisError) {
      return try await connected().exchange(commands, until: deadline)
    } catch {
      connection = nil
      throw isClosed ? .closed : error
    }
  }

  /// Ends the connection and fails what is under way or comes later.
  func close() {
    isClosed = true
    connection?.breakOff()
    if !isBusy { connection = nil }
  }

  private func connected() async throws(RedisError) -> RedisConnection {
    guard !isClosed else { throw .closed }
    if let connection, connection.isAlive { return connection }
    connection = nil
    if let notBefore = backoff.notBefore, notBefore > .now, let error = backoff.lastError { throw error }
    do throws(RedisError) {
      let opened = try await RedisConnection.open(configuration, on: loop)
      guard !isClosed else { throw .closed }
      if backoff.failures > 0 { logger.info("Redis is back", metadata: ["redis": "\(configuration)"]) }
      backoff.succeeded()
      connection = opened
      return opened
    } catch {
      if backoff.failures == 0, error.code != .cancelled, error.code != .closed {
        logger.warning("Redis is unreachable", metadata: ["redis": "\(configuration)", "error": "\(error)"])
      }
      if error.code != .cancelled { backoff.failed(error, at: .now) }
      throw error
    }
  }

  private func enter() async {
    guard isBusy else {
      isBusy = true
      return
    }
    // Whoever leaves hands its turn over, so `isBusy` stays true.
    await withCheckedContinuation { queue.append($0) }
  }

  private func leave() {
    if queue.isEmpty {
      isBusy = false
    } else {
      queue.removeFirst().resume()
    }
  }
}
