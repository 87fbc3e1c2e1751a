import Contracts
import FoundationEssentials
import Harness
import Postgres
import Testing

struct BindingTests {
  struct Sample: Codable, Equatable {
    var name: String
    var at: Date
    var tags: [String: Int]
  }

  enum Colour: String {
    case red = "deep red"
    case blue
  }

  /// Sends `value` as `type` and reads it back.
  private func echo<Value: PostgresValue>(_ value: Value, as type: SQL) async throws -> Value {
    let session = try await session()
    let rows = try await session.query("SELECT \(value)::\(raw: type) AS value")
    return try #require(rows.first).decode("value")
  }

  @Test(arguments: [0, -1, Int.max, Int.min])
  func integersComeBack(value: Int) async throws {
    #expect(try await echo(value, as: "bigint") == value)
    #expect(try await echo(Int64(value), as: "bigint") == Int64(value))
  }

  @Test(arguments: [0, 0.1, -1e300, .leastNonzeroMagnitude, .pi, .infinity, -.infinity])
  func doublesComeBackExactly(value: Double) async throws {
    #expect(try await echo(value, as: "double precision") == value)
  }

  @Test func notANumberComesBack() async throws {
    #expect(try await echo(Double.nan, as: "double precision").isNaN)
  }

  @Test(arguments: [true, false])
  func truthComesBack(value: Bool) async throws {
    #expect(try await echo(value, as: "boolean") == value)
  }

  @Test(arguments: [
    "", "plain", "'; DROP TABLE video; --", "\\x00", "\"quoted\"", "line\nbreak\ttab", "žluťoučký 馬 👩‍🚀", "$1",
    "{}",
  ])
  func textsComeBack(value: String) async throws {
    #expect(try await echo(value, as: "text") == value)
    #expect(try await echo([value, "next"], as: "text[]") == [value, "next"])
  }

  @Test(arguments: [[], ["NULL"], ["null", ""], ["a,b", "{c}", "\"d\"", "\\e", " f "]] as [[String]])
  func arraysOfTextComeBack(value: [String]) async throws {
    #expect(try await echo(value, as: "text[]") == value)
  }

  @Test(arguments: [[], [1], [-3, 0, .max]] as [[Int]])
  func arraysOfIntegersComeBack(value: [Int]) async throws {
    #expect(try await echo(value, as: "bigint[]") == value)
  }

  @Test(arguments: [Data(), Data([0]), Data(0...255), Data("\\x41".utf8)])
  func bytesComeBack(value: Data) async throws {
    #expect(try await echo(value, as: "bytea") == value)
  }

  @Test func idsComeBack() async throws {
    let uuid = UUID()
    #expect(try await echo(uuid, as: "uuid") == uuid)
    let id = TaskID.random()
    #expect(try await echo(id, as: "uuid") == id)
    #expect(try await echo([id, .random()], as: "uuid[]").first == id)
  }

  @Test(arguments: [
    0, 1_763_711_220.123_456, -0.000_001, 951_782_400, 4_102_444_799.999_999, -62_135_596_800,
  ])
  func timesComeBackToTheMicrosecond(seconds: Double) async throws {
    let date = Date(timeIntervalSince1970: seconds)
    let back = try await echo(date, as: "timestamptz")
    #expect(abs(back.timeIntervalSince(date)) < 0.000_000_5)
  }

  @Test func timesMeanTheSameToTheServer() async throws {
    let date = Date(timeIntervalSince1970: 1_763_711_220.123_456)
    let rows = try await session().query(
      "SELECT (extract(epoch FROM \(date)::timestamptz) * 1000000)::bigint AS microseconds")
    #expect(try rows[0].decode("microseconds") == 1_763_711_220_123_456)
  }

  @Test func jsonComesBack() async throws {
    let sample = Sample(name: "a\"b\\", at: Date(timeIntervalSince1970: 1_763_711_220.5), tags: ["x": 1])
    #expect(try await echo(JSONB(sample), as: "jsonb").value == sample)
  }

  @Test func enumsOfStringsComeBack() async throws {
    let rows = try await session().query(
      "SELECT \(Colour.red)::text AS one, \(nil as Colour?)::text AS none")
    #expect(try rows[0].decode("one", as: Colour.self) == .red)
    #expect(try rows[0].decode("none", as: Colour?.self) == nil)
  }

  @Test func nothingIsNull() async throws {
    let nothing: Int? = nil
    let rows = try await session().query(
      "SELECT \(nothing)::bigint AS none, \(7 as Int?)::bigint AS some")
    let none: Int? = try rows[0].decode("none")
    let some: Int? = try rows[0].decode("some")
    #expect(none == nil)
    #expect(some == 7)
  }
}
