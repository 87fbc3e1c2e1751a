import Contracts
import Logging
import Redis
import ServiceLifecycle

/// What the copies of a service tell each other.
public enum WakeHint: String, Sendable {
  /// There may be a task to claim.
  case task
  /// Something was asked of a task, maybe of one that is being worked on.
  case signal
}

/// Tells the other copies of a service that there may be work, and hears it from them.
///
/// A hint that is lost costs the wait until the next look, nothing else.
struct Wakes: Service {
  private let channel: String
  private let redis: RedisClient
  private let bells: Bells
  private let logger: Logger
  private let hints: AsyncStream<WakeHint>
  private let outgoing: AsyncStream<WakeHint>.Continuation

  init(_ service: ServiceName, redis: RedisClient, bells: Bells, logger: Logger) {
    channel = Channel.wake(service)
    self.redis = redis
    self.bells = bells
    self.logger = logger
    (hints, outgoing) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
  }

  /// Returns at once; the hint is sent as soon as Redis takes it.
  func send(_ hint: WakeHint) { outgoing.yield(hint) }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        group.addTask { await listen() }
        group.addTask { await publish() }
      }
    }
  }

  private func publish() async {
    for await hint in hints {
      do {
        _ = try await redis.publish(channel, hint.rawValue)
      } catch {
        logger.debug("A hint was not sent", metadata: ["error": "\(error)"])
      }
    }
  }

  private func listen() async {
    for await event in redis.subscribe([channel]) {
      switch event {
      case .message(_, WakeHint.signal.rawValue): bells.signals.ring()
      case .message, .subscribed: bells.tasks.ring()
      case .disconnected: break
      }
    }
  }
}
