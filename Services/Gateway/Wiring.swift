import Artifacts
import Contracts
import EventLoop
import HTTPClient
import Hummingbird
import Postgres
import Providers
import Redis
import ServiceKit
import ServiceLifecycle

/// Puts the gateway together.
struct Wiring {
  let assembly: Assembly

  init(_ start: Start) throws {
    let settings = try GatewaySettings(start)
    let loop = try EventLoop(name: "gateway")
    let client = HTTPClient()
    let pool = PostgresPool(
      settings.postgres.configuration, size: settings.postgres.connections, loop: loop, logger: start.logger)
    let database = Database(
      pool: pool, identity: start.identity, migrations: Migrations.all, logger: start.logger)
    let redis = settings.redis.map { RedisClient(configuration: $0, loop: loop, logger: start.logger) }
    let idempotency = PostgresIdempotencyStore(pool: pool)
    let front = Front(
      neighbours: Neighbours(
        status: ServiceClient(
          transport: client, baseURL: settings.statusURL, tokens: settings.tokens, from: .gateway, to: .status
        ),
        planner: ServiceClient(
          transport: client, baseURL: settings.plannerURL, tokens: settings.tokens, from: .gateway,
          to: .planner)),
      idempotency: idempotency,
      keys: KeyRing(store: PostgresKeyStore(pool: pool), pepper: settings.keyPepper),
      artifacts: settings.artifacts,
      signer: LinkSigner(secret: settings.mediaSecret.bytes),
      hub: FeedHub(redis: redis, logger: start.logger),
      catalogue: .standard, publicURL: settings.publicURL, fallbackHost: settings.fallbackHost,
      auth: settings.auth, origins: settings.origins, perMinute: settings.perMinute)
    var assembly = front.assembly
    assembly.checks += Self.reports(redis, client, settings)
    assembly.services = [
      Resources(loop: loop, client: client, redis: redis), front.hub,
      IdempotencySweep(store: idempotency, database: database, logger: start.logger),
    ]
    assembly.database = database
    assembly.operationsPort = settings.metricsPort
    self.assembly = assembly
  }

  /// Redis and the neighbours are reported, not counted.
  private static func reports(
    _ redis: RedisClient?, _ client: HTTPClient, _ settings: GatewaySettings
  ) -> [ReadyCheck] {
    [
      .neighbour(.status, at: settings.statusURL, by: client),
      .neighbour(.planner, at: settings.plannerURL, by: client),
    ] + (redis.map { [.redis($0)] } ?? [])
  }
}

/// What is closed when everything else has stopped.
private struct Resources: Service {
  let loop: EventLoop
  let client: HTTPClient
  let redis: RedisClient?

  func run() async throws {
    // Cancellation ends the wait as well as a graceful stop does.
    do { try await gracefulShutdown() } catch is CancellationError {}
    await redis?.close()
    await client.shutdown()
  }
}
