import Logging
public import Postgres
import Synchronization

/// Lends a database of its own to `body`: with a role, a schema that the role owns, and `migrations` applied.
///
/// Not more than a dozen tests hold one at a time; a database may be lent within another.
public func withDatabase<Answer: Sendable>(
  schema: String = "test", migrations: [Migration] = [], poolSize: Int = 4,
  _ body: (PostgresPool) async throws -> Answer
) async throws -> Answer {
  guard !TestDatabases.isWithinOne else {
    return try await TestDatabases.lend(schema, migrations, poolSize, body)
  }
  await TestDatabases.permits.take()
  defer { TestDatabases.permits.giveBack() }
  return try await TestDatabases.$isWithinOne.withValue(true) {
    try await TestDatabases.lend(schema, migrations, poolSize, body)
  }
}

enum TestDatabases {
  /// Twelve tests with some sessions each stay below the 200 of the server.
  static let permits = Permits(12)
  @TaskLocal static var isWithinOne = false
  private static let lastNumber = Mutex(0)

  static func lend<Answer: Sendable>(
    _ schema: String, _ migrations: [Migration], _ poolSize: Int,
    _ body: (PostgresPool) async throws -> Answer
  ) async throws -> Answer {
    let server = try await PostgresServer.shared()
    let number = lastNumber.withLock { number in
      number += 1
      return number
    }
    let database = "test_\(number)"
    let role = "role_\(number)"
    try await create(database, role, schema, on: server)
    let configuration = PostgresConfiguration(
      host: server.directory, user: role, database: database, schema: schema, applicationName: "test")
    let pool = PostgresPool(
      configuration, size: poolSize, loop: HarnessLoop.shared,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    do {
      _ = try await Migrator(service: schema, schema: schema, migrations: migrations).migrate(pool)
      let answer = try await body(pool)
      await pool.close()
      try await drop(database, role, on: server)
      return answer
    } catch {
      await pool.close()
      throw error
    }
  }

  private static func create(
    _ database: String, _ role: String, _ schema: String, on server: PostgresServer
  ) async throws {
    try await server.administrator.execute("CREATE ROLE \(identifier: role) LOGIN")
    try await server.administrator.execute("CREATE DATABASE \(identifier: database)")
    let superuser = try await PostgresConnection.connect(
      PostgresConfiguration(host: server.directory, user: "postgres", database: database),
      loop: HarnessLoop.shared)
    try await superuser.execute("CREATE SCHEMA \(identifier: schema) AUTHORIZATION \(identifier: role)")
    await superuser.close()
  }

  /// What a failed test leaves goes away with the server.
  private static func drop(_ database: String, _ role: String, on server: PostgresServer) async throws {
    try await server.administrator.execute("DROP DATABASE \(identifier: database) WITH (FORCE)")
    try await server.administrator.execute("DROP ROLE \(identifier: role)")
  }
}

/// A number of permits, given in the order in which they are asked for.
final class Permits: Sendable {
  private let state: Mutex<(free: Int, waiters: [CheckedContinuation<Void, Never>])>

  init(_ count: Int) { state = Mutex((count, [])) }

  func take() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.free > 0 {
          state.free -= 1
          return true
        }
        state.waiters.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
  }

  func giveBack() {
    let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
      guard state.waiters.isEmpty else { return state.waiters.removeFirst() }
      state.free += 1
      return nil
    }
    next?.resume()
  }
}
