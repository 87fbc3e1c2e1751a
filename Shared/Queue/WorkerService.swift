public import Contracts
import EventLoop
import FoundationEssentials
public import Postgres
public import Redis
public import ServiceKit
import ServiceLifecycle

/// What every worker service consists of, read from its settings and put together.
///
/// A service reads its own settings first, then makes this, which validates them all.
public struct WorkerService: Sendable {
  public let pool: PostgresPool
  public let redis: RedisClient
  public let workspace: Workspace
  private let start: Start
  private let heartPool: PostgresPool
  private let database: Database
  private let tokens: ServiceTokens
  private let options: Worker.Options

  /// What it declares; a service adds its own.
  public static let settings: [ServiceKit.Setting] =
    ServiceKit.Setting.stores + [.internalSecret, .workers, .lease, .grace, .temporary, .instance]

  /// Reads and validates all settings, then builds what needs no connection yet.
  ///
  /// `migrations` are the service's own; those of the queue have a history apart, so each can grow.
  public init(_ start: Start, migrations: [Migration]) throws {
    let settings = start.settings
    let name = start.identity.name
    let postgres = start.postgres(connections: 2...100)
    let redisConfiguration = start.redis()
    let tokens = start.tokens()
    let options = Worker.Options(
      owner: Self.owner(name, settings.optional(.instance)), concurrency: settings.int(.workers, in: 1...64),
      lease: settings.duration(.lease, in: 1...600), drain: settings.duration(.grace, in: 0...85))
    let workspace = Self.workspace(settings, name)
    try settings.validate()
    let loop = try EventLoop(name: name.rawValue)
    let configuration = postgres.configuration
    let schema = configuration.schema ?? name.rawValue
    // A heartbeat that hangs must not outlive the time for which a lease is trusted.
    var heartConfiguration = configuration
    heartConfiguration.statementTimeout = options.lease / 4
    heartConfiguration.acquireTimeout = options.lease / 4
    let pool = PostgresPool(configuration, size: postgres.connections, loop: loop, logger: start.logger)
    let heartPool = PostgresPool(heartConfiguration, size: 1, loop: loop, logger: start.logger)
    let redis = RedisClient(configuration: redisConfiguration, loop: loop, logger: start.logger)
    let tables = Migrator(service: "queue", schema: schema, migrations: QueueMigrations.all)
    let own = Migrator(service: name.rawValue, schema: schema, migrations: migrations)
    database = Database(
      pool: pool, logger: start.logger, migrate: { try await tables.migrate(pool) + own.migrate(pool) },
      close: {
        await heartPool.close()
        await pool.close()
        await redis.close()
        loop.shutdown()
      })
    (self.start, self.tokens, self.options, self.workspace) = (start, tokens, options, workspace)
    (self.pool, self.heartPool, self.redis) = (pool, heartPool, redis)
  }

  /// The service that executes tasks with `executors` and forgets runs with `forget`.
  public func assembly(
    executors: [Phase: any TaskExecutor], checks: [ReadyCheck] = [],
    forget: @escaping Worker.Forget = { _ in }
  ) throws -> Assembly {
    let logger = start.logger
    let store = TaskStore(pool: pool)
    let outbox = Outbox(pool: pool)
    let wakes = Wakes(start.identity.name, redis: redis, bells: store.bells, logger: logger)
    let worker = Worker(
      store: store, heartStore: TaskStore(pool: heartPool), executors: executors, options: options,
      logger: logger, forget: forget)
    let stream = RedisFactStream(start.identity.name, redis: redis)
    let relay = Relay(outbox: outbox, stream: stream, bell: store.bells.outbox, logger: logger)
    let routes = TaskRoutes(
      store: store, outbox: outbox, phases: Set(executors.keys), forget: forget,
      wake: { wakes.send($0) })
    return Assembly(
      tokens: tokens, routes: [routes.routes], checks: [.redis(redis)] + checks,
      services: [
        wakes, OnceReady(database: database, service: relay), OnceReady(database: database, service: worker),
      ],
      database: database)
  }

  private static func workspace(_ settings: Settings, _ name: ServiceName) -> Workspace {
    let workspace = Workspace(root: settings.optional(.temporary), service: name)
    do {
      try workspace.prepare()
    } catch {
      settings.fault(
        "Files in the making cannot be written to \(workspace.root): set LONGTAKE_TEMP_DIR to a folder that may be written to."
      )
    }
    return workspace
  }

  /// A process without a name of its own has one that no other ever has.
  private static func owner(_ name: ServiceName, _ instance: String?) -> String {
    let process = ProcessInfo.processInfo
    if let instance { return "\(instance)@\(process.hostName)" }
    return "\(name.rawValue)-\(process.processIdentifier)-\(UUID().uuidString)@\(process.hostName)"
  }
}

extension ServiceKit.Setting {
  public static let grace = ServiceKit.Setting(
    "LONGTAKE_GRACE_SECONDS", default: "25",
    "How long a stopping worker lets its tasks finish before it hands them to another.")
  public static let instance = ServiceKit.Setting(
    "LONGTAKE_INSTANCE",
    "The name of this copy of the service, the same after a restart: its tasks then go on without a wait.")
  public static let temporary = ServiceKit.Setting(
    "LONGTAKE_TEMP_DIR", "The folder for files in the making; the system's by default.")
}

/// Runs a service as soon as the tables are there.
private struct OnceReady<Wrapped: Service>: Service {
  let database: Database
  let service: Wrapped

  func run() async throws {
    do {
      try await cancelWhenGracefulShutdown { try await database.whenReady() }
    } catch is CancellationError {
      return
    }
    try await service.run()
  }
}
