import Contracts
import EventLoop
import FoundationEssentials
import HTTPClient
import Postgres
import Queue
import Redis
import ServiceKit
import ServiceLifecycle

/// Builds Status from its settings.
struct Wiring {
  static let settings: [ServiceKit.Setting] =
    ServiceKit.Setting.stores + [.internalSecret, .sweep]
    + ServiceName.executing.map { .url(of: $0) }

  let assembly: Assembly

  init(_ start: Start) throws {
    let settings = start.settings
    let postgres = start.postgres(connections: 2...100)
    let redisConfiguration = start.redis()
    let sweep = settings.duration(.sweep, in: 0.1...600)
    let tokens = start.tokens()
    let urls = ServiceName.executing.map { ($0, settings.urls(.url(of: $0))) }
    try settings.validate()

    let loop = try EventLoop(name: "status")
    let pool = PostgresPool(
      postgres.configuration, size: postgres.connections, loop: loop, logger: start.logger)
    let redis = RedisClient(configuration: redisConfiguration, loop: loop, logger: start.logger)
    let http = HTTPClient()
    let migrator = Migrator(
      service: "status", schema: postgres.configuration.schema ?? "status", migrations: StatusMigrations.all)
    let database = Database(
      pool: pool, logger: start.logger, migrate: { try await migrator.migrate(pool) },
      close: {
        await pool.close()
        await redis.close()
        await http.shutdown()
        loop.shutdown()
      })
    let places = Dictionary(uniqueKeysWithValues: urls)
    let neighbours = Neighbours(transport: http, tokens: tokens) { places[$0] ?? "" }
    let conductor = Conductor(
      pool: pool, redis: redis, neighbours: neighbours, sweep: sweep, logger: start.logger)
    assembly = Assembly(
      tokens: tokens, routes: conductor.routes,
      checks: [.redis(redis)] + urls.map { .neighbour($0, at: $1, by: http) },
      services: conductor.services.map { database.once($0) }, database: database)
  }
}
