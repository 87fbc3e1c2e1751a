import Contracts
import Logging
import Queue
import Redis
import ServiceLifecycle
import Synchronization

/// Tells gateways whose feed has grown; only a hint, since they read the feed itself.
final class FeedHints: Service {
  private let redis: RedisClient
  private let logger: Logger
  private let bell = Bell()
  private let users = Mutex<Set<String>>([])

  init(redis: RedisClient, logger: Logger) {
    self.redis = redis
    self.logger = logger
  }

  /// Returns at once; several changes of one user make one hint.
  func tell(_ user: String) {
    _ = users.withLock { $0.insert(user) }
    bell.ring()
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await self.bell.wait()
        await self.publish()
      }
    }
  }

  private func publish() async {
    let users = users.withLock { users in
      defer { users = [] }
      return users
    }
    if users.isEmpty { return }
    do {
      _ = try await redis.pipeline(users.map { ["PUBLISH", Channel.feed, $0] })
    } catch {
      logger.debug("gateways were not told of a change", metadata: ["error": "\(error)"])
    }
  }
}
