import EventLoop
import Harness
import Testing

@testable import Postgres

@Suite(.timeLimit(.minutes(5)))
struct ConnectionTests {
  @Test func valuesNeverBecomeStatements() async throws {
    try await withDatabase { pool in
      try await pool.execute("CREATE TABLE video (title text)")
      let hostile = "x'); DROP TABLE video; --"
      try await pool.execute("INSERT INTO video VALUES (\(hostile))")
      let rows = try await pool.query("SELECT title FROM video WHERE title = \(hostile)")
      #expect(try #require(rows.first).decode("title") == hostile)
    }
  }

  @Test func namesAreQuoted() async throws {
    try await withDatabase { pool in
      let name = #"odd "name"; DROP TABLE x"#
      try await pool.execute("CREATE TABLE \(identifier: name) (id int)")
      #expect(try await pool.number("SELECT count(*) AS number FROM \(identifier: name)") == 0)
    }
  }

  @Test(arguments: ["SELECT 1; SELECT 2", "SELECT \(1); SELECT 2"] as [SQL])
  func twoStatementsInOneAreRefused(sql: SQL) async throws {
    let session = try await session()
    #expect(await code { _ = try await session.query(sql) } == .server(sqlState: "42601"))
    #expect(try await session.query("SELECT 1").count == 1)
  }

  @Test func aScriptMayHoldManyStatements() async throws {
    try await withDatabase { pool in
      try await pool.withConnection { session in
        try await session.script("CREATE TABLE a (id int); INSERT INTO a VALUES (1), (2); SELECT 1;")
      }
      #expect(try await pool.number("SELECT count(*) AS number FROM a") == 2)
    }
  }

  @Test func constraintsAreNamed() async throws {
    try await withDatabase { pool in
      try await pool.execute("CREATE TABLE a (id int CONSTRAINT one_of_each UNIQUE)")
      try await pool.execute("INSERT INTO a VALUES (1)")
      let error = await #expect(throws: PostgresError.self) {
        try await pool.execute("INSERT INTO a VALUES (1)")
      }
      #expect(error?.isUniqueViolation == true)
      #expect(error?.constraint == "one_of_each")
      #expect(error?.isTransient == false)
    }
  }

  @Test func affectedRowsAreCounted() async throws {
    try await withDatabase { pool in
      try await pool.execute("CREATE TABLE a (id int)")
      #expect(try await pool.execute("INSERT INTO a SELECT generate_series(1, 5)") == 5)
      #expect(try await pool.execute("UPDATE a SET id = 0 WHERE id > \(3)") == 2)
      #expect(try await pool.execute("DELETE FROM a WHERE id = \(99)") == 0)
    }
  }

  @Test func largeValuesTravelBothWays() async throws {
    let text = String(repeating: "0123456789abcdef", count: 400_000)
    let session = try await session()
    let rows = try await session.query("SELECT \(text)::text AS text, length(\(text)) AS length")
    #expect(try rows[0].decode("length") == text.count)
    #expect(try rows[0].decode("text") == text)
  }

  @Test func manyRowsArrive() async throws {
    let rows = try await session().query("SELECT n FROM generate_series(1, 20000) AS n")
    let numbers = try rows.map { try $0.decode("n", as: Int.self) }
    #expect(numbers == Array(1...20000))
  }

  @Test func aTextWithNULIsNotSent() async throws {
    let session = try await session()
    #expect(await code { try await session.execute("SELECT \("a\0b")::text") } == .encoding)
    #expect(await code { try await session.script("SELECT 1;\0 SELECT 2") } == .encoding)
    #expect(try await session.query("SELECT 1").count == 1)
  }

  @Test func wrongTypesAndNamesAreDecodingErrors() async throws {
    let rows = try await session().query("SELECT 'x' AS text, NULL::int AS none")
    #expect(throws: PostgresError.self) { try rows[0].decode("text", as: Int.self) }
    #expect(throws: PostgresError.self) { try rows[0].decode("none", as: Int.self) }
    #expect(throws: PostgresError.self) { try rows[0].decode("absent", as: Int?.self) }
  }

  @Test func copyEndsTheSession() async throws {
    let session = try await session()
    #expect(await code { try await session.execute("COPY pg_class TO STDOUT") } == .protocolViolation)
    #expect(await code { try await session.execute("SELECT 1") } == .connection)
  }

  @Test func oneStatementAtATime() async throws {
    let session = try await session()
    let tasks = (0..<2).map { _ in Task { try await session.execute("SELECT pg_sleep(0.2)") } }
    var codes: [PostgresError.Code?] = []
    for task in tasks { codes.append(await code { _ = try await task.value }) }
    #expect(codes.compactMap { $0 } == [.protocolViolation])
  }

  @Test func errorsShowNeitherStatementsNorValues() async throws {
    let error = await #expect(throws: PostgresError.self) {
      try await session().query("SELECT \("s3cret")::int")
    }
    #expect(error?.sqlState == "22P02")
    #expect(String(describing: error).contains("s3cret") == false)
    #expect("\(try #require(error))".contains("SELECT") == false)
  }
}
