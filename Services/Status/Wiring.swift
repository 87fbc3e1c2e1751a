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
    [.postgresURL, .postgresConnections, .redisURL, .internalSecret, .sweep]
    + ServiceName.executing.map { .url(of: $0) }

  let assembly: Assembly

  init(_ start: Start) throws {
    let settings = start.settings
    let postgresURL = settings.string(.postgresURL)
    let connections = settings.int(.postgresConnections, in: 2...100)
    let redisURL = settings.string(.redisURL)
    let sweep = settings.duration(.sweep, in: 0.1...600)
    let tokens = start.tokens()
    let urls = ServiceName.executing.map { ($0, settings.urls(.url(of: $0))) }
    try settings.validate()

    let loop = try EventLoop(name: "status")
    var configuration = try PostgresConfiguration(url: postgresURL, applicationName: "longtake-status")
    let schema = configuration.schema ?? "status"
    configuration.schema = schema
    let pool = PostgresPool(configuration, size: connections, loop: loop, logger: start.logger)
    let redis = RedisClient(
      configuration: try RedisConfiguration(url: redisURL), loop: loop, logger: start.logger)
    let http = HTTPClient()
    let migrator = Migrator(service: "status", schema: schema, migrations: StatusMigrations.all)
    let database = Database(
      logger: start.logger, migrate: { try await migrator.migrate(pool) }, ping: { try await pool.ping() },
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
      checks: [ReadyCheck("redis", required: false) { try await redis.ping() }],
      services: conductor.services.map { database.once($0) }, database: database)
  }
}
