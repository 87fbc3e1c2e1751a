import Logging
import Queue
import Redis
import Synchronization

/// What the consumer tells the puller: that Redis is away, or that facts may have been missed.
final class Repair: Sendable {
  private let bell = Bell()
  private let isAway = Mutex(false)

  /// Look at the services' own logs now.
  func pull() { bell.ring() }

  func redisIsBack() {
    let wasAway = isAway.withLock { isAway in
      defer { isAway = false }
      return isAway
    }
    if wasAway { bell.ring() }
  }

  func redisIsAway(_ error: any Error, logger: Logger) {
    let wasAway = isAway.withLock { isAway in
      defer { isAway = true }
      return isAway
    }
    if wasAway { return }
    logger.warning("Redis is away; reading facts from the services", metadata: ["error": "\(error)"])
    bell.ring()
  }

  /// Returns when it is time to pull: at once when asked, after a second without Redis, else after a minute.
  func wait() async {
    await bell.wait(upTo: isAway.withLock { $0 } ? .seconds(1) : .seconds(60))
  }
}
