import Crypto
import FoundationEssentials

/// One forward-only change of a schema, whose text never changes once it was applied anywhere.
public struct Migration: Sendable, Equatable {
  public let name: String
  public let sql: String

  public init(name: String, sql: String) {
    self.name = name
    self.sql = sql
  }

  /// From a file that was compiled in by `.embedInCode`.
  public init(name: String, sql: [UInt8]) {
    self.init(name: name, sql: String(decoding: sql, as: UTF8.self))
  }

  /// SHA-256 of the text, in hex.
  var checksum: String {
    SHA256.hash(data: Data(sql.utf8)).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}

/// Why a schema was not migrated.
public enum MigrationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file of an applied migration was changed.
  case edited(name: String)
  /// `applied` stands where the list of this program has `declared`.
  case reordered(applied: String, declared: String)
  /// A migration was refused; nothing of it remains.
  case failed(name: String, PostgresError)

  public var description: String {
    switch self {
    case .edited(let name): "the migration \(name) was applied with another text: release it unchanged"
    case .reordered(let applied, let declared):
      "the migration \(applied) was applied where this version has \(declared): new ones go to the end"
    case .failed(let name, let error): "the migration \(name) was refused: \(error)"
    }
  }
}

/// Brings the schema of one service up to date; any number of processes may do so at once.
public struct Migrator: Sendable {
  private let service: String
  private let schema: String
  private let migrations: [Migration]

  public init(service: String, schema: String, migrations: [Migration]) {
    self.service = service
    self.schema = schema
    self.migrations = migrations
  }

  /// Applies what is missing, each in a transaction of its own, and returns the names of what it applied.
  public func migrate(_ pool: PostgresPool) async throws -> [String] {
    var applied: [String] = []
    while let name = try await applyNext(pool) { applied.append(name) }
    return applied
  }

  /// The names of what `migrate` would apply.
  public func pending(_ pool: PostgresPool) async throws -> [String] {
    try await pool.transaction { connection in
      guard try await tableExists(connection) else { return migrations.map(\.name) }
      return try missing(try await history(connection)).map(\.name)
    }
  }
}

extension Migrator {
  private static let timeout: Duration = .seconds(600)

  /// The lock is of the transaction, so a migrator that dies lets it go.
  private func applyNext(_ pool: PostgresPool) async throws -> String? {
    try await pool.transaction { connection -> String? in
      try await connection.execute("SET LOCAL statement_timeout = '600s'")
      try await connection.execute("SET LOCAL lock_timeout = '60s'")
      let key = "longtake.migrations.\(schema)"
      try await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(\(key), 0))")
      try await createTable(connection)
      guard let next = try missing(try await history(connection)).first else { return nil }
      do throws(PostgresError) {
        try await connection.script(next.sql, timeout: Self.timeout)
      } catch {
        throw MigrationError.failed(name: next.name, error)
      }
      try await connection.execute(
        """
        INSERT INTO \(raw: table) (service, name, checksum) VALUES (\(service), \(next.name), \(next.checksum))
        """)
      return next.name
    }
  }

  private var table: SQL { "\(identifier: schema).migrations" }

  private func createTable(_ connection: PostgresConnection) async throws(PostgresError) {
    guard try await !tableExists(connection) else { return }
    try await connection.execute(
      """
      CREATE TABLE \(raw: table) (
        service text NOT NULL,
        position bigint GENERATED ALWAYS AS IDENTITY,
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (service, name)
      )
      """)
  }

  private func tableExists(_ connection: PostgresConnection) async throws(PostgresError) -> Bool {
    let rows = try await connection.query(
      "SELECT 1 FROM pg_tables WHERE schemaname = \(schema) AND tablename = 'migrations'")
    return !rows.isEmpty
  }

  private func history(
    _ connection: PostgresConnection
  ) async throws(PostgresError) -> [(name: String, checksum: String)] {
    let rows = try await connection.query(
      "SELECT name, checksum FROM \(raw: table) WHERE service = \(service) ORDER BY position")
    var history: [(String, String)] = []
    for row in rows { history.append((try row.decode("name"), try row.decode("checksum"))) }
    return history
  }

  /// What is declared beyond the history, which must begin alike.
  ///
  /// A longer history is a newer version's, which only adds: an older one goes on beside and after it.
  private func missing(
    _ history: [(name: String, checksum: String)]
  ) throws(MigrationError) -> ArraySlice<Migration> {
    for (applied, declared) in zip(history, migrations) {
      guard declared.name == applied.name else {
        throw .reordered(applied: applied.name, declared: declared.name)
      }
      guard declared.checksum == applied.checksum else { throw .edited(name: applied.name) }
    }
    return migrations.dropFirst(history.count)
  }
}
