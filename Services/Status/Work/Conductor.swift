import FoundationEssentials
import Hummingbird
import Logging
import Postgres
import Queue
import Redis
import ServiceKit
import ServiceLifecycle

/// The parts of Status and how they wake each other.
struct Conductor: Sendable {
  let runs: RunStore
  private let hints: FeedHints
  private let sender: CommandSender
  private let consumer: FactConsumer
  private let puller: FactPuller
  private let sweeper: Sweeper

  init(
    pool: PostgresPool, redis: RedisClient, neighbours: Neighbours, sweep: Duration, logger: Logger
  ) {
    let bell = Bell()
    let hints = FeedHints(redis: redis, logger: logger)
    let runs = RunStore(
      pool: pool,
      rippled: { ripple in
        if ripple.commands { bell.ring() }
        if let user = ripple.user { hints.tell(user) }
      })
    let facts = FactStore(pool: pool)
    let repair = Repair()
    let intake = FactIntake(runs: runs, facts: facts, repair: repair, logger: logger)
    let process = ProcessInfo.processInfo
    self.runs = runs
    self.hints = hints
    sender = CommandSender(
      store: CommandStore(runs: runs), neighbours: neighbours, bell: bell, logger: logger)
    consumer = FactConsumer(
      intake: intake, redis: redis, repair: repair,
      consumer: "status-\(process.processIdentifier)@\(process.hostName)", logger: logger)
    puller = FactPuller(
      intake: intake, facts: facts, neighbours: neighbours, repair: repair, logger: logger)
    sweeper = Sweeper(
      runs: runs, sweeps: SweepStore(pool: pool), interval: sweep, sender: bell, logger: logger)
  }

  var routes: [RouteCollection<AppContext>] {
    [VideoRoutes(store: runs).routes, FeedRoutes(store: runs).routes]
  }

  /// All that runs by itself once the tables are there.
  var services: [any Service] { [hints, sender, consumer, puller, sweeper] }
}
