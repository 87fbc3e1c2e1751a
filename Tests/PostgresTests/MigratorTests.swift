import Harness
import Postgres
import Testing

@Suite(.timeLimit(.minutes(5)))
struct MigratorTests {
  private static let first = Migration(name: "v001_a", sql: "CREATE TABLE a (id int);")
  private static let second = Migration(
    name: "v002_b", sql: "ALTER TABLE a ADD b int; INSERT INTO a VALUES (1, 2);")
  private static let third = Migration(name: "v003_c", sql: "CREATE TABLE c (id int)")

  private func migrator(_ migrations: Migration..., service: String = "test") -> Migrator {
    Migrator(service: service, schema: "test", migrations: migrations)
  }

  @Test func appliesInOrderAndOnlyOnce() async throws {
    try await withDatabase { pool in
      let ours = migrator(Self.first, Self.second)
      #expect(try await ours.pending(pool) == ["v001_a", "v002_b"])
      let applied = try await ours.migrate(pool)
      #expect(applied == ["v001_a", "v002_b"])
      #expect(try await ours.migrate(pool) == [])
      #expect(try await ours.pending(pool) == [])
      #expect(try await pool.number("SELECT b AS number FROM a") == 2)
    }
  }

  @Test func appliesWhatIsNew() async throws {
    try await withDatabase { pool in
      _ = try await migrator(Self.first).migrate(pool)
      #expect(try await migrator(Self.first, Self.second).pending(pool) == ["v002_b"])
      #expect(try await migrator(Self.first, Self.second).migrate(pool) == ["v002_b"])
    }
  }

  @Test func twoAtOnceApplyOnce() async throws {
    try await withDatabase { pool in
      let ours = migrator(Self.first, Self.second, Self.third)
      let applied = try await withThrowingTaskGroup(of: [String].self) { group in
        for _ in 0..<4 { group.addTask { try await ours.migrate(pool) } }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(applied.sorted() == ["v001_a", "v002_b", "v003_c"])
      #expect(try await pool.number("SELECT count(*) AS number FROM a") == 1)
    }
  }

  @Test func refusesAnEditedFile() async throws {
    try await withDatabase { pool in
      _ = try await migrator(Self.first).migrate(pool)
      let edited = Migration(name: "v001_a", sql: "CREATE TABLE a (id bigint);")
      await #expect(throws: MigrationError.edited(name: "v001_a")) {
        try await migrator(edited, Self.second).migrate(pool)
      }
      #expect(try await migrator(Self.first).pending(pool) == [])
    }
  }

  @Test func refusesAReorderedList() async throws {
    try await withDatabase { pool in
      _ = try await migrator(Self.first, Self.second).migrate(pool)
      await #expect(throws: MigrationError.reordered(applied: "v002_b", declared: "v003_c")) {
        try await migrator(Self.first, Self.third, Self.second).migrate(pool)
      }
    }
  }

  @Test func anOlderVersionGoesOnAfterANewerOne() async throws {
    try await withDatabase { pool in
      _ = try await migrator(Self.first, Self.second).migrate(pool)
      #expect(try await migrator(Self.first).migrate(pool) == [])
      #expect(try await migrator(Self.first, Self.second, Self.third).migrate(pool) == ["v003_c"])
    }
  }

  @Test func aFailedMigrationLeavesNothing() async throws {
    try await withDatabase { pool in
      let broken = Migration(name: "v002_broken", sql: "CREATE TABLE half (id int); SELECT 1 / 0;")
      let error = await #expect(throws: MigrationError.self) {
        try await migrator(Self.first, broken, Self.third).migrate(pool)
      }
      guard case .failed(name: "v002_broken", let cause) = error else {
        Issue.record("another error: \(String(describing: error))")
        return
      }
      #expect(cause.sqlState == "22012")
      let halves = try await pool.number("SELECT count(*) AS number FROM pg_tables WHERE tablename = 'half'")
      #expect(halves == 0)
      #expect(try await migrator(Self.first, Self.second).migrate(pool) == ["v002_b"])
    }
  }

  @Test func servicesThatShareASchemaKeepTheirOwnHistory() async throws {
    try await withDatabase { pool in
      _ = try await migrator(Self.first).migrate(pool)
      #expect(try await migrator(Self.third, service: "other").migrate(pool) == ["v003_c"])
    }
  }
}
