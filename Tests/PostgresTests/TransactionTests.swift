import Harness
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(5)))
struct TransactionTests {
  private struct Stop: Error {}

  private static let table = [Migration(name: "v001_a", sql: "CREATE TABLE a (id int)")]
  private static let count: SQL = "SELECT count(*) AS number FROM a"

  @Test func whatABodyDoesIsCommitted() async throws {
    try await withDatabase(migrations: Self.table) { pool in
      let answer = try await pool.transaction { session in
        try await session.execute("INSERT INTO a VALUES (1)")
        return "done"
      }
      #expect(answer == "done")
      #expect(try await pool.number(Self.count) == 1)
    }
  }

  @Test func aBodyThatThrowsLeavesNothing() async throws {
    try await withDatabase(migrations: Self.table, poolSize: 1) { pool in
      await #expect(throws: Stop.self) {
        try await pool.transaction { session in
          try await session.execute("INSERT INTO a VALUES (1)")
          throw Stop()
        }
      }
      let count = try await pool.number(Self.count)
      #expect(count == 0)
    }
  }

  @Test func aFailureThatTheBodySwallowsIsNotCommitted() async throws {
    try await withDatabase(migrations: Self.table) { pool in
      let outcome = await code {
        try await pool.transaction { session in
          try await session.execute("INSERT INTO a VALUES (1)")
          _ = await code { try await session.execute("SELECT 1 / 0") }
        }
      }
      #expect(outcome == .server(sqlState: "25P02"))
      let count = try await pool.number(Self.count)
      #expect(count == 0)
    }
  }

  @Test func aRefusedCommitIsNotUnknown() async throws {
    try await withDatabase { pool in
      try await pool.execute("CREATE TABLE a (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
      let error = await #expect(throws: PostgresError.self) {
        try await pool.transaction { try await $0.execute("INSERT INTO a VALUES (1), (1)") }
      }
      #expect(error?.isUniqueViolation == true)
      let count = try await pool.number(Self.count)
      #expect(count == 0)
    }
  }

  @Test func aCancelledBodyIsNotCommitted() async throws {
    try await withDatabase(migrations: Self.table) { pool in
      let (inserted, mayReturn) = (Signal(), Signal())
      let task = Task {
        try await pool.transaction { session in
          try await session.execute("INSERT INTO a VALUES (1)")
          inserted.fire()
          do { try await mayReturn.wait() } catch {}
        }
      }
      try await inserted.wait()
      task.cancel()
      mayReturn.fire()
      let error = await #expect(throws: PostgresError.self) { try await task.value }
      #expect(error?.code == .cancelled)
      let count = try await pool.number(Self.count)
      #expect(count == 0)
    }
  }

  /// A trigger at the end of the transaction kills the session while it commits.
  private static let suicide = Migration(
    name: "v002_suicide",
    sql: """
      CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER die AFTER INSERT ON a DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION die();
      """)

  @Test func aSessionThatDiesInCommitLeavesItUnknown() async throws {
    try await withDatabase(migrations: Self.table + [Self.suicide]) { pool in
      let error = await #expect(throws: PostgresError.self) {
        try await pool.transaction { try await $0.execute("INSERT INTO a VALUES (1)") }
      }
      #expect(error?.code == .commitUnknown)
      #expect(error?.isTransient == false)
      let count = try await pool.number(Self.count)
      #expect(count == 0)
    }
  }

  @Test func aCommitWhoseAnswerIsLostIsUnknownThoughItHappened() async throws {
    try await withDatabase(migrations: Self.table) { pool in
      let socket = "\(pool.configuration.host)/.s.PGSQL.5432"
      let outcome = try await withProxy(
        to: socket, { String(decoding: $0, as: UTF8.self).contains("COMMIT") ? .loseAnswer : .pass }
      ) { proxy in
        let viaProxy = pool.reached(through: proxy)
        return await code {
          _ = try await viaProxy.transaction { try await $0.execute("INSERT INTO a VALUES (1)") }
        }
      }
      #expect(outcome == .commitUnknown)
      #expect(try await pool.number(Self.count) == 1)
    }
  }
}
