import EventLoop
import FoundationEssentials
import Logging

/// Messages of channels, which Redis delivers at most once and to nobody who is not connected.
public enum Subscription {
  public enum Event: Sendable, Equatable {
    /// From now on messages arrive; what was said before is lost, so read the truth from Postgres.
    case subscribed
    case message(channel: String, payload: String)
    /// Nothing arrives until the next `subscribed`.
    case disconnected
  }
}

/// The connection behind one subscription; whoever asks for the next event drives it.
///
/// Nothing is buffered here: a reader that is slow leaves its messages with Redis, which ends the connection
/// when they are too many (`client-output-buffer-limit pubsub`), and then hears `disconnected`.
actor SubscriptionSource {
  nonisolated let loop: EventLoop
  private let configuration: RedisConfiguration
  private let channels: [String]
  private let logger: Logger
  private var connection: RedisConnection?
  private var backoff = Backoff()
  private var isClosed = false

  nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  init(_ channels: [String], _ configuration: RedisConfiguration, loop: EventLoop, logger: Logger) {
    self.channels = channels
    self.configuration = configuration
    self.loop = loop
    self.logger = logger
  }

  /// The next event; `nil` once the task is cancelled or the client closed.
  func next() async -> Subscription.Event? {
    while !isClosed, !Task.isCancelled {
      if let event = await (connection == nil ? subscribed() : received()) { return event }
    }
    connection = nil
    return nil
  }

  func close() {
    isClosed = true
    connection?.breakOff()
  }

  private func subscribed() async -> Subscription.Event? {
    do {
      if let notBefore = backoff.notBefore { try await Task.sleep(until: notBefore, clock: .continuous) }
      let opened = try await RedisConnection.open(configuration, on: loop)
      let command = (["SUBSCRIBE"] + channels).map { Data($0.utf8) }
      let deadline = ContinuousClock.now.advanced(by: configuration.commandTimeout)
      try await opened.send([command], until: deadline)
      for _ in channels {
        let reply = try await opened.receive(until: deadline).value()
        guard reply.elements?.first?.text == "subscribe" else { throw RedisError.unexpected("SUBSCRIBE") }
      }
      connection = opened
      backoff.succeeded()
      return .subscribed
    } catch let error as RedisError {
      if backoff.failures == 0 { report(error) }
      backoff.failed(error, at: .now)
      return nil
    } catch {
      // The sleep ends early only with the task.
      return nil
    }
  }

  private func received() async -> Subscription.Event? {
    guard let connection else { return nil }
    do throws(RedisError) {
      let elements = try await connection.receive(until: nil).value().elements ?? []
      guard elements.count == 3, elements[0].text == "message", let channel = elements[1].text,
        let payload = elements[2].text
      else { throw .unexpected("SUBSCRIBE") }
      return .message(channel: channel, payload: payload)
    } catch {
      self.connection = nil
      guard !isClosed, !Task.isCancelled else { return nil }
      report(error)
      return .disconnected
    }
  }

  private func report(_ error: RedisError) {
    logger.warning(
      "a subscription lost Redis", metadata: ["redis": "\(configuration)", "error": "\(error)"])
  }
}
