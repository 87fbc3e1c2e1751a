import Contracts
import FoundationEssentials
import HTTPTypes
import Harness
import Hummingbird
import HummingbirdTesting
import Postgres
import Queue
import Redis
import ServiceKit
import ServiceLifecycle
import Testing

@Suite(.timeLimit(.minutes(1)))
struct WorkerServiceTests {
  private static let secret = "0123456789abcdef0123456789abcdef"

  private func start(_ postgres: PostgresConfiguration, redis: String, _ folder: String) -> Start {
    let database = "\(postgres.user)@localhost/\(postgres.database)?host=\(postgres.host)&schema=test"
    let settings = Settings(environment: [
      "LONGTAKE_POSTGRES_URL": "postgres://\(database)", "LONGTAKE_REDIS_URL": redis,
      "LONGTAKE_INTERNAL_SECRET": Self.secret, "LONGTAKE_TEMP_DIR": folder,
      "LONGTAKE_POSTGRES_CONNECTIONS": "3",
    ])
    return Start(
      identity: ServiceIdentity(.audio, version: "0.1.0"), settings: settings, logger: .silent)
  }

  @Test func commandBecomesAFactInTheStreamOfTheService() async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/worker-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try await withDatabase { pool in
      try await withRedis { redis in
        let start = start(pool.configuration, redis: redis.url, folder)
        let service = try WorkerService(start, migrations: [])
        let assembly = try service.assembly(executors: [.music: Execution { _, _ in result }])
        let router = assembly.router(identity: start.identity, health: Health(checks: []))
        try await running([assembly.database].compactMap { $0 } + assembly.services) {
          try await assembly.database?.whenReady()
          let command = command()
          try await Application(router: router).test(.router) { client in
            let status = try await put(command, client)
            #expect(status == 200)
          }
          #expect(try await lastFact(of: command, service.redis).report.result == result)
        }
      }
    }
  }

  private func put(_ command: TaskCommand, _ client: any TestClientProtocol) async throws -> Int {
    let tokens = ServiceTokens(secret: Secret(Self.secret))
    let token = try tokens.mint(from: .status, to: .audio, user: command.userId)
    return try await client.executeRequest(
      uri: "/v1/tasks/\(command.taskId)", method: .put,
      headers: [.authorization: "Bearer \(token)", .contentType: "application/json"],
      body: ByteBuffer(bytes: try JSON.encode(command))
    ).status.code
  }

  /// Reads the service's stream until the command's task has succeeded.
  private func lastFact(of command: TaskCommand, _ redis: RedisClient) async throws -> Fact {
    let stream = Channel.facts(of: .audio)
    try await redis.createGroup("test", on: stream)
    while true {
      let entries = try await redis.readGroup(
        stream: [stream], group: "test", consumer: "one", count: 10, block: .seconds(5))
      for entry in entries {
        let json = entry.fields[Channel.factField] ?? ""
        let fact = try JSON.decode(Fact.self, from: Data(json.utf8))
        if fact.report.taskId == command.taskId, fact.report.state == .succeeded { return fact }
      }
    }
  }

  @Test func everyMissingSettingIsNamedAtOnce() throws {
    let start = Start(
      identity: ServiceIdentity(.audio, version: "0.1.0"), settings: Settings(environment: [:]),
      logger: .silent)
    let error = #expect(throws: SettingsError.self) { try WorkerService(start, migrations: []) }
    #expect(error?.faults.count == 3)
  }
}
