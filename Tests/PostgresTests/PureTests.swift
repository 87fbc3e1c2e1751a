import FoundationEssentials
import Testing

@testable import Postgres

struct SQLTests {
  @Test func valuesBecomePlaceholdersInTheirOrder() {
    let condition: SQL = "id = \(7)"
    let sql: SQL = "SELECT \("a") WHERE \(raw: condition) AND \(raw: "true") LIMIT \(nil as Int?)"
    let (text, values) = sql.rendered()
    #expect(text == "SELECT $1 WHERE id = $2 AND true LIMIT $3")
    #expect(values == [.text("a"), .text("7"), .null])
  }

  @Test func statementsAreJoined() {
    let rows = [(1, "a"), (2, "b")].map { "(\($0), \($1))" as SQL }
    let (text, values) = ("INSERT INTO t VALUES \(raw: rows.joined())" as SQL).rendered()
    #expect(text == "INSERT INTO t VALUES ($1, $2), ($3, $4)")
    #expect(values == [.text("1"), .text("a"), .text("2"), .text("b")])
  }

  @Test(arguments: [("plain", "\"plain\""), ("a\"b", "\"a\"\"b\""), ("nul\0", "\"nul\"")])
  func identifiersAreQuoted(name: String, quoted: String) {
    #expect(("\(identifier: name)" as SQL).rendered().text == quoted)
  }
}

struct TextFormatTests {
  @Test(
    arguments: [
      (0, "1970-01-01 00:00:00.000000+00"), (-1, "1969-12-31 23:59:59.999999+00"),
      (951_782_400_000_001, "2000-02-29 00:00:00.000001+00"),
      (1_763_711_220_123_456, "2025-11-21 07:47:00.123456+00"),
    ] as [(Int64, String)])
  func timestampsHaveTwoForms(microseconds: Int64, text: String) {
    #expect(PostgresTimestamp(microseconds: microseconds).text == text)
    #expect(PostgresTimestamp(text)?.microseconds == microseconds)
  }

  @Test func shortFractionsAreTenths() {
    #expect(PostgresTimestamp("1970-01-01 00:00:00.5+00")?.microseconds == 500_000)
    #expect(PostgresTimestamp("1970-01-01 00:00:01+00")?.microseconds == 1_000_000)
  }

  @Test(arguments: [
    "", "infinity", "2025-11-21", "2025-11-21 07:47:00", "2025-11-21 07:47:00+02", "x-y-z 1:2:3+00",
    "0044-03-15 00:00:00+00 BC", "2025-11-21 07:47:00.1234567+00", "2025-11-21 07:47:00.1.2+00",
  ])
  func otherTextsAreNoTimestamps(text: String) {
    #expect(PostgresTimestamp(text) == nil)
  }

  @Test(arguments: ["", "{", "}", "{{a}}", "{a,}", "{NULL}", "[0:1]={a,b}", "{\"a}", "{\"a\\}", "{\"a\"b}"])
  func otherTextsAreNoArrays(text: String) {
    #expect([String].decoded(from: text) == nil)
  }

  @Test(arguments: ["", "41", "\\x4", "\\xGG", "\\x4G"])
  func otherTextsAreNoBytes(text: String) {
    #expect(Data.decoded(from: text) == nil)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity, 1e300])
  func impossibleTimesAreLeftToTheServer(seconds: Double) {
    guard case .text = Date(timeIntervalSince1970: seconds).boundValue else {
      Issue.record("a date must always have a text")
      return
    }
  }
}

struct ConfigurationTests {
  @Test func aURLSaysEverything() throws {
    let configuration = try PostgresConfiguration(
      url: "postgres://me:p%40ss@db.example:6543/things?sslmode=require&schema=status&application_name=x")
    #expect(configuration.host == "db.example")
    #expect(configuration.port == 6543)
    #expect(configuration.user == "me")
    #expect(configuration.password == "p@ss")
    #expect(configuration.database == "things")
    #expect(configuration.schema == "status")
    #expect(configuration.applicationName == "x")
    #expect(configuration.parameters == ["sslmode": "require"])
  }

  @Test func aSocketDirectoryMayBeTheHost() throws {
    let configuration = try PostgresConfiguration(
      url: "postgresql://me@/things?host=/run/postgres", schema: "mine")
    #expect(configuration.host == "/run/postgres")
    #expect(configuration.port == 5432)
    #expect(configuration.password == nil)
    #expect(configuration.schema == "mine")
  }

  @Test(arguments: [
    "", "mysql://me@host/things", "postgres://host", "postgres://me@host", "postgres://me@host:0/things",
    "postgres://me@host:x/things", "postgres://me@host/things?nonsense=1", "postgres://me@[::1/things",
  ])
  func otherURLsAreRefused(url: String) {
    #expect(throws: PostgresError.self) { try PostgresConfiguration(url: url) }
  }

  @Test func passwordsAreNotPrinted() throws {
    let configuration = try PostgresConfiguration(url: "postgres://me:s3cret@host/things")
    var dumped = ""
    dump([configuration], to: &dumped)
    #expect(!(dumped + "\(configuration)" + String(reflecting: configuration)).contains("s3cret"))
    let error = #expect(throws: PostgresError.self) {
      try PostgresConfiguration(url: "postgres://me:s3cret@[::1/things")
    }
    #expect(error?.message.contains("s3cret") == false)
  }

  @Test func oddSchemasStayOneName() {
    var configuration = PostgresConfiguration(host: "/run", user: "me", database: "things")
    configuration.schema = #"a b\"; -c x=y"#
    let options = configuration.keywords(addresses: []).first { $0.0 == "options" }?.1
    #expect(options?.hasSuffix(#"-c search_path="a\ b\\"";\ -c\ x=y""#) == true)
  }
}
