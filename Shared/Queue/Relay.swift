public import Logging
public import ServiceLifecycle
import Synchronization

/// Where facts are published.
public protocol FactStream: Sendable {
  /// Appends all, in order, or throws; then some may be there nevertheless.
  func append(_ payloads: [String]) async throws
}

/// Publishes what is in the outbox: at once when woken, else by looking four times a second.
///
/// While the stream cannot be reached it tries every second; nothing is lost meanwhile. On a graceful
/// shutdown it publishes what is left first.
public final class Relay<Stream: FactStream>: Service {
  private let outbox: Outbox
  private let stream: Stream
  private let bell: Bell
  private let poll: Duration?
  private let logger: Logger
  private let isStopping = Mutex(false)
  private let stopping = Bell()

  /// A nil `poll` never looks without being woken.
  public init(
    outbox: Outbox, stream: Stream, bell: Bell, poll: Duration? = .milliseconds(250), logger: Logger
  ) {
    self.outbox = outbox
    self.stream = stream
    self.bell = bell
    self.poll = poll
    self.logger = logger
  }

  public func run() async throws {
    await withGracefulShutdownHandler {
      await work()
    } onGracefulShutdown: {
      self.isStopping.withLock { $0 = true }
      self.stopping.ring()
      self.bell.ring()
    }
    await flush()
  }

  private func work() async {
    var isAway = false
    var pruneAt = ContinuousClock.now
    while !Task.isCancelled, !isStopping.withLock({ $0 }) {
      do {
        while try await publish() == Self.batch {}
        if isAway { logger.notice("Facts are being published again") }
        isAway = false
        if pruneAt <= .now {
          _ = try await outbox.prune(olderThan: .seconds(7 * 86_400))
          pruneAt = .now + .seconds(3600)
        }
        await bell.wait(upTo: poll)
      } catch {
        if !isAway { logger.warning("Facts cannot be published", metadata: ["error": "\(error)"]) }
        isAway = true
        await stopping.wait(upTo: .seconds(1))
      }
    }
  }

  private static var batch: Int { 200 }

  private func publish() async throws -> Int {
    try await outbox.relay(limit: Self.batch) { [stream] entries in
      try await stream.append(entries.map(\.payload))
    }
  }

  private func flush() async {
    do {
      while try await publish() == Self.batch {}
    } catch {
      logger.notice("Facts are left for the next start", metadata: ["error": "\(error)"])
    }
  }
}
