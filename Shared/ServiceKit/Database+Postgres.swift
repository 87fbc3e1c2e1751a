internal import Contracts
public import Logging
public import Postgres

/// How a service reaches its Postgres.
public struct PostgresSettings: Sendable {
  public let configuration: PostgresConfiguration
  public let connections: Int
}

extension Start {
  /// Reads `LONGTAKE_POSTGRES_URL`, `…_PASSWORD` and `…_CONNECTIONS`, and has Postgres looked at before the
  /// service answers; the schema is the service's name unless the URL says `?schema=`.
  public func postgres(connections range: ClosedRange<Int> = 1...200) -> PostgresSettings {
    let connections = settings.int(.postgresConnections, in: range)
    let url = settings.secret(.postgresURL)
    let password = settings.optionalSecret(.postgresPassword)?.reveal()
    var configuration = PostgresConfiguration(host: "", user: "", database: "")
    guard !url.bytes.isEmpty else {
      return PostgresSettings(configuration: configuration, connections: connections)
    }
    do throws(PostgresError) {
      configuration = try PostgresConfiguration(url: url.reveal(), applicationName: identity.executable)
      let schema = configuration.schema ?? identity.name.rawValue
      configuration.schema = schema
      settings.disagree(configuration.password, password, .postgresURL, .postgresPassword)
      configuration.password = configuration.password ?? password
      let look = PostgresLook(configuration: configuration, schema: schema)
      checks.add("postgres") { await look.finding() }
    } catch {
      // libpq's message may quote the whole URL, password included.
      settings.fault("LONGTAKE_POSTGRES_URL cannot be read: give \(Setting.postgresURL.meaning)")
    }
    return PostgresSettings(configuration: configuration, connections: connections)
  }
}

extension Settings {
  /// Notes a fault if a URL and the setting for its password say different things.
  func disagree(_ first: String?, _ second: String?, _ url: Setting, _ password: Setting) {
    guard let first, let second, first != second else { return }
    fault("\(url.name) holds another password than \(password.name): give it in one of them only.")
  }
}

extension Database {
  /// The database of a service: its pool, and the migrations of its schema.
  public convenience init(
    pool: PostgresPool, identity: ServiceIdentity, migrations: [Migration], logger: Logger
  ) {
    let name = identity.name.rawValue
    let migrator = Migrator(
      service: name, schema: pool.configuration.schema ?? name, migrations: migrations)
    self.init(
      pool: pool, logger: logger, migrate: { try await migrator.migrate(pool) }, close: { await pool.close() }
    )
  }

  /// The database of a service that migrates and closes in its own way.
  public convenience init(
    pool: PostgresPool, logger: Logger, migrate: @escaping @Sendable () async throws -> [String],
    close: @escaping @Sendable () async -> Void
  ) {
    self.init(
      logger: logger, migrate: { try await Self.saying(pool.configuration, migrate) },
      ping: { try await Self.saying(pool.configuration) { try await pool.ping() } }, close: close)
  }

  /// Says in a sentence what a person may have to do.
  private static func saying<Answer>(
    _ configuration: PostgresConfiguration, _ body: () async throws -> Answer
  ) async throws -> Answer {
    do {
      return try await body()
    } catch let error as PostgresError where error.sqlState == nil {
      let sentence = error.finding(configuration).sentences.first
      throw WaitingFor(what: sentence ?? "\(error)")
    }
  }
}
