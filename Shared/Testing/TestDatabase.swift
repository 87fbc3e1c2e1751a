public import Postgres
import Synchronization

/// Lends a database of its own to `body`: with a role, a schema that the role owns, and `migrations` applied.
///
/// What the role makes goes away at the end; a failed test's database is not lent again.
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
  /// Databases that a test has left clean; making one takes longer than all the rest.
  private static let free = Mutex<[String]>([])

  static func lend<Answer: Sendable>(
    _ schema: String, _ migrations: [Migration], _ poolSize: Int,
    _ body: (PostgresPool) async throws -> Answer
  ) async throws -> Answer {
    let server = try await PostgresServer.shared()
    let (database, role) = try await take(on: server)
    let superuser = try await PostgresConnection.connect(
      server.configuration(database: database), loop: HarnessLoop.shared)
    try await superuser.execute("CREATE ROLE \(identifier: role) LOGIN")
    try await superuser.execute("CREATE SCHEMA \(identifier: schema) AUTHORIZATION \(identifier: role)")
    let configuration = PostgresConfiguration(
      host: server.directory, user: role, database: database, schema: schema, applicationName: "test"
    ).patient
    let pool = PostgresPool(
      configuration, size: poolSize, loop: HarnessLoop.shared,
      logger: .silent)
    do {
      _ = try await Migrator(service: schema, schema: schema, migrations: migrations).migrate(pool)
      let answer = try await body(pool)
      await pool.close()
      try await clean(superuser, role)
      await superuser.close()
      free.withLock { $0.append(database) }
      return answer
    } catch {
      await pool.close()
      await superuser.close()
      throw error
    }
  }

  /// A clean database, made if there is none, and the name of a role that nobody has had.
  private static func take(on server: PostgresServer) async throws -> (database: String, role: String) {
    let number = lastNumber.withLock { number in
      number += 1
      return number
    }
    if let database = free.withLock({ $0.popLast() }) { return (database, "role_\(number)") }
    try await server.administrator.execute("CREATE DATABASE \(identifier: "test_\(number)")")
    return ("test_\(number)", "role_\(number)")
  }

  /// A role of its own per test keeps whoever is left over from the last one out of the next one's schema.
  private static func clean(_ superuser: PostgresConnection, _ role: String) async throws {
    try await superuser.execute(
      """
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()
      """)
    try await superuser.execute("DROP OWNED BY \(identifier: role) CASCADE")
    try await superuser.execute("DROP ROLE \(identifier: role)")
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
