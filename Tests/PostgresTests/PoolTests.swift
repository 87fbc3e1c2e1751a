import Harness
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(5)))
struct PoolTests {
  @Test func noMoreSessionsThanItsSize() async throws {
    try await withDatabase(poolSize: 3) { pool in
      let counts = Recorder<Int>()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<20 {
          group.addTask {
            try await pool.withConnection { session in
              counts.record(1)
              try await session.execute("SELECT 1")
              counts.record(-1)
            }
          }
        }
        try await group.waitForAll()
      }
      let atOnce = counts.values.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
      #expect(atOnce.max() ?? 0 <= 3)
      let sessions: SQL = "SELECT count(*) AS number FROM pg_stat_activity WHERE usename = current_user"
      #expect(try await pool.number(sessions) <= 3)
    }
  }

  @Test func sessionsAreUsedAgain() async throws {
    try await withDatabase { pool in
      let first = try await pool.number("SELECT pg_backend_pid() AS number")
      #expect(try await pool.number("SELECT pg_backend_pid() AS number") == first)
    }
  }

  @Test func waitersComeInTheirOrder() async throws {
    try await withDatabase(poolSize: 1) { pool in
      let order = Recorder<Int>()
      try await withThrowingTaskGroup(of: Void.self) { group in
        try await pool.withConnection { _ in
          for number in 0..<5 {
            group.addTask { try await pool.withConnection { _ in order.record(number) } }
            while pool.waiterCount <= number { await Task.yield() }
          }
        }
        try await group.waitForAll()
      }
      #expect(order.values == [0, 1, 2, 3, 4])
    }
  }

  @Test func aCancelledWaiterLeavesTheQueue() async throws {
    try await withDatabase(poolSize: 1) { pool in
      try await pool.withConnection { _ in
        let waiter = Task { try await pool.ping() }
        while pool.waiterCount == 0 { await Task.yield() }
        waiter.cancel()
        let error = await #expect(throws: PostgresError.self) { try await waiter.value }
        #expect(error?.code == .cancelled)
        #expect(pool.waiterCount == 0)
      }
      try await pool.ping()
    }
  }

  @Test func aWaiterGivesUpAtItsDeadline() async throws {
    try await withDatabase { pool in
      var configuration = pool.configuration
      configuration.acquireTimeout = .milliseconds(30)
      let small = PostgresPool(
        configuration, size: 1, loop: HarnessLoop.shared, logger: .silent)
      try await small.withConnection { _ in
        let error = await #expect(throws: PostgresError.self) { try await small.ping() }
        #expect(error?.code == .timedOut)
        #expect(error?.isTransient == true)
      }
      try await small.ping()
    }
  }

  @Test func aSessionThatTheServerEndedIsReplaced() async throws {
    try await withDatabase(poolSize: 1) { pool in
      let victim = try await pool.number("SELECT pg_backend_pid() AS number")
      let killer = try await session()
      try await killer.execute("SELECT pg_terminate_backend(\(victim)::int, 10000)")
      #expect(try await pool.number("SELECT pg_backend_pid() AS number") != victim)
    }
  }

  @Test func aSessionThatDiesInUseFailsOnce() async throws {
    try await withDatabase(poolSize: 1) { pool in
      let error = await #expect(throws: PostgresError.self) {
        try await pool.execute("SELECT pg_terminate_backend(pg_backend_pid())")
      }
      #expect(error?.isTransient == true)
      try await pool.ping()
    }
  }

  @Test func aSessionLeftInATransactionIsNotLentAgain() async throws {
    try await withDatabase(poolSize: 1) { pool in
      let first = try await pool.withConnection { session in
        try await session.execute("BEGIN")
        return try await session.query("SELECT pg_backend_pid() AS pid")[0].decode("pid", as: Int.self)
      }
      #expect(try await pool.number("SELECT pg_backend_pid() AS number") != first)
    }
  }

  @Test func aClosedPoolRefusesWaitersAndCallers() async throws {
    try await withDatabase(poolSize: 1) { pool in
      try await pool.withConnection { session in
        let waiter = Task { try await pool.ping() }
        while pool.waiterCount == 0 { await Task.yield() }
        await pool.close()
        let error = await #expect(throws: PostgresError.self) { try await waiter.value }
        #expect(error?.code == .poolClosed)
        let rows = try await session.query("SELECT 1")
        #expect(rows.count == 1)
      }
      #expect(await code { try await pool.ping() } == .poolClosed)
    }
  }

  @Test func aFailedConnectionFreesItsPlace() async throws {
    try await withRefusingPort { port in
      let pool = PostgresPool(
        PostgresConfiguration(host: "127.0.0.1", port: port, user: "u", database: "d"), size: 1,
        loop: HarnessLoop.shared, logger: .silent)
      for _ in 0..<3 { #expect(await code { try await pool.ping() } == .connection) }
    }
  }
}

extension PostgresPool {
  /// The same database through a port that may cheat.
  func reached(through proxy: Proxy) -> PostgresPool {
    var configuration = configuration
    configuration.host = "127.0.0.1"
    configuration.port = proxy.port
    return PostgresPool(configuration, size: 1, loop: HarnessLoop.shared, logger: .silent)
  }
}
