internal import Contracts
public import Logging
public import Postgres

/// How a service reaches its Postgres.
public struct PostgresSettings: Sendable {
  public let configuration: PostgresConfiguration
  public let connections: Int
}

extension Start {
  /// Reads `LONGTAKE_POSTGRES_URL` and `LONGTAKE_POSTGRES_CONNECTIONS`; the schema is the service's name
  /// unless the URL says `?schema=`.
  public func postgres() -> PostgresSettings {
    let connections = settings.int(.postgresConnections, in: 1...200)
    let url = settings.secret(.postgresURL)
    var configuration = PostgresConfiguration(host: "", user: "", database: "")
    if !url.bytes.isEmpty {
      do throws(PostgresError) {
        configuration = try PostgresConfiguration(url: url.reveal(), applicationName: identity.executable)
        configuration.schema = configuration.schema ?? identity.name.rawValue
      } catch {
        // libpq's message may quote the whole URL, password included.
        settings.fault("LONGTAKE_POSTGRES_URL cannot be read: give \(Setting.postgresURL.meaning)")
      }
    }
    return PostgresSettings(configuration: configuration, connections: connections)
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
      logger: logger, migrate: { try await migrator.migrate(pool) }, ping: { try await pool.ping() },
      close: { await pool.close() })
  }
}
