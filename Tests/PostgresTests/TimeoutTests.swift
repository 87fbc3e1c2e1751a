import EventLoop
import Harness
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(5)))
struct TimeoutTests {
  @Test func theServerEndsAStatementThatTakesTooLong() async throws {
    var configuration = try await PostgresServer.shared().configuration
    configuration.statementTimeout = .milliseconds(50)
    let session = try await PostgresConnection.connect(configuration, loop: HarnessLoop.shared)
    let error = await #expect(throws: PostgresError.self) { try await session.query("SELECT pg_sleep(20)") }
    #expect(error?.code == .server(sqlState: "57014"))
    #expect(error?.isTransient == true)
    #expect(try await session.query("SELECT 1").count == 1)
  }

  @Test func theServerEndsAWaitForALockThatTakesTooLong() async throws {
    try await withDatabase { pool in
      var configuration = pool.configuration
      configuration.lockTimeout = .milliseconds(50)
      let other = try await PostgresConnection.connect(configuration, loop: HarnessLoop.shared)
      try await pool.transaction { holder in
        try await holder.execute("SELECT pg_advisory_xact_lock(1)")
        let error = await #expect(throws: PostgresError.self) {
          try await other.execute("SELECT pg_advisory_lock(1)")
        }
        #expect(error?.code == .server(sqlState: "55P03"))
        #expect(error?.isTransient == true)
      }
    }
  }

  @Test func cancellationEndsTheSessionAndTheStatement() async throws {
    try await withDatabase(poolSize: 2) { pool in
      let marker = 4711
      let query = Task { try await pool.query("SELECT pg_sleep(50), \(marker)::int") }
      let running: SQL = """
        SELECT count(*) AS number FROM pg_stat_activity
        WHERE state = 'active' AND query LIKE '%pg_sleep(50)%' AND pid <> pg_backend_pid()
          AND datname = current_database()
        """
      while try await pool.number(running) == 0 {}
      query.cancel()
      let error = await #expect(throws: PostgresError.self) { _ = try await query.value }
      #expect(error?.code == .cancelled)
      #expect(try await pool.query("SELECT 1").count == 1)
      while try await pool.number(running) > 0 {}
    }
  }

  @Test func aCancelledTaskCostsNoSession() async throws {
    let session = try await session()
    let mayStart = Signal()
    let task = Task {
      do { try await mayStart.wait() } catch {}
      try await session.execute("SELECT 1")
    }
    task.cancel()
    mayStart.fire()
    let error = await #expect(throws: PostgresError.self) { try await task.value }
    #expect(error?.code == .cancelled)
    #expect(try await session.query("SELECT 1").count == 1)
  }

  @Test func aSessionThatIdlesInATransactionIsEnded() async throws {
    try await withDatabase { pool in
      var configuration = pool.configuration
      configuration.idleInTransactionTimeout = .milliseconds(20)
      let session = try await PostgresConnection.connect(configuration, loop: HarnessLoop.shared)
      try await session.execute("BEGIN")
      while await session.isQuiet { await Task.yield() }
      let error = await #expect(throws: PostgresError.self) { try await session.execute("SELECT 1") }
      #expect(error?.isTransient == true)
    }
  }
}
