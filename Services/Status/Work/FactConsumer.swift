import Contracts
import FoundationEssentials
import Logging
import Redis
import ServiceKit
import ServiceLifecycle
import Synchronization

/// Takes in the facts that Redis brings.
///
/// An entry is acknowledged once its effect is committed, so it comes again after a crash; the inbox makes
/// that harmless. What Redis loses, the puller brings.
struct FactConsumer: Service {
  let intake: FactIntake
  let redis: RedisClient
  let repair: Repair
  let consumer: String
  let logger: Logger

  private static let group = "status"
  private static let streams = ServiceName.executing.map { Channel.facts(of: $0) }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        group.addTask { await read() }
        group.addTask { await takeOver() }
      }
    }
  }

  /// After a start or a failure first what was given to this consumer before, then what is new.
  private func read() async {
    var pending = true
    while !Task.isCancelled {
      do {
        let entries = try await redis.readGroup(
          stream: Self.streams, group: Self.group, consumer: consumer, count: 64, block: .seconds(5),
          pending: pending)
        repair.redisIsBack()
        let isDone = try await take(entries)
        if !isDone { await pause(.milliseconds(500)) }
        pending = isDone ? pending && !entries.isEmpty : true
      } catch let error as RedisError where error.code == .groupWasMissing {
        logger.notice("a stream of facts was missing; reading from the services")
        repair.pull()
      } catch {
        if Task.isCancelled { return }
        repair.redisIsAway(error, logger: logger)
        pending = true
        await pause(.milliseconds(500))
      }
    }
  }

  /// Every minute, entries that another replica took and did not finish.
  private func takeOver() async {
    while !Task.isCancelled {
      await pause(.seconds(60))
      do {
        for stream in Self.streams where !Task.isCancelled {
          let claimed = try await redis.autoclaim(
            stream: stream, group: Self.group, consumer: consumer, minimumIdle: .seconds(60))
          if !claimed.deletedIDs.isEmpty {
            logger.error("facts were trimmed unread", metadata: ["stream": "\(stream)"])
            repair.pull()
          }
          _ = try await take(claimed.entries)
        }
      } catch {
        logger.debug("nothing could be taken over", metadata: ["error": "\(error)"])
      }
    }
  }

  /// False when some could not be applied and are to come again.
  private func take(_ entries: [StreamEntry]) async throws -> Bool {
    let done = await intake.take(entries)
    for (stream, entries) in Dictionary(grouping: done, by: \.stream) {
      try await redis.acknowledge(stream: stream, group: Self.group, ids: entries.map(\.id))
    }
    return done.count == entries.count
  }

  private func pause(_ time: Duration) async {
    // Cancelled when the service stops; the callers' loops see it.
    try? await Task.sleep(for: time)
  }
}
