import Contracts
import Foundation
import Harness
import Logging
import Postgres
import Redis
import Synchronization
import Testing

@testable import ServiceKit

/// A start looks at everything first, and tells everything that is wrong at once.
struct StartTests {
  private struct Trouble: Obstacle, CustomStringConvertible {
    let description: String
    let needsPerson: Bool
  }

  private func start(_ environment: [String: String] = [:]) -> Start {
    Start(
      identity: ServiceIdentity(.planner, version: "1"), settings: Settings(environment: environment),
      logger: .silent)
  }

  private func faults(_ start: Start) async -> [String] {
    do throws(SettingsError) {
      try await start.validate()
      return []
    } catch {
      return error.faults
    }
  }

  @Test func faultsOfSettingsAndSurroundingsAreToldTogether() async {
    let start = start()
    _ = start.settings.string(.artifacts)
    _ = start.checked("a") {
      1
    } look: { _ in
      throw Trouble(description: "a is bad", needsPerson: true)
    }
    _ = start.checked("b") {
      2
    } look: { _ in
      throw Trouble(description: "b is bad", needsPerson: true)
    }
    let faults = await faults(start)
    #expect(faults.count == 3 && faults.dropFirst() == ["a is bad", "b is bad"])
  }

  @Test func whatMayComeByItselfIsNoFault() async {
    let start = start()
    _ = start.checked("a") {
      1
    } look: { _ in
      throw Trouble(description: "soon", needsPerson: false)
    }
    _ = start.checked("b") {
      2
    } look: { _ in
      throw CancellationError()
    }
    #expect(await faults(start) == [])
  }

  @Test func nothingIsLookedAtWhoseSettingsAreAtFault() async {
    let start = start()
    let looks = Mutex(0)
    _ = start.checked("store") {
      start.settings.path(.artifacts)
    } look: { _ in
      looks.withLock { $0 += 1 }
    }
    #expect(await faults(start).count == 1)
    #expect(looks.withLock { $0 } == 0)
  }

  @Test func lookThatNeverEndsIsWaitedFor() async {
    let start = start()
    let gate = Gate()
    _ = start.checked("slow") {
      1
    } look: { _ in
      try await gate.passed()
    }
    await #expect(throws: Never.self) { try await start.validate(within: .milliseconds(1)) }
  }

  @Test func serviceIsNotPutTogetherBeforeAllIsFine() async throws {
    enum Sick: ServiceProgram {
      static let identity = ServiceIdentity(.planner, version: "1")
      static func assemble(_ start: Start) async throws -> Assembly {
        _ = start.checked("a") {
          1
        } look: { _ in
          throw Trouble(description: "bad", needsPerson: true)
        }
        _ = start.settings.string(.artifacts)
        try start.settings.validate()
        return Assembly(tokens: start.tokens(), routes: [])
      }
    }
    let error = await #expect(throws: SettingsError.self) { _ = try await start().assemble(Sick.self) }
    #expect(error?.faults.count == 2)
  }

  @Test func passwordsMayComeApartFromTheirURLs() async throws {
    let start = start([
      "LONGTAKE_POSTGRES_URL": "postgres://ada@nowhere.invalid/db", "LONGTAKE_POSTGRES_PASSWORD": "one",
      "LONGTAKE_REDIS_URL": "redis://ada@nowhere.invalid", "LONGTAKE_REDIS_PASSWORD": "two",
    ])
    #expect(start.postgres().configuration.password == "one")
    #expect(start.redis().password == "two")
    try start.settings.validate()
  }

  @Test func twoPasswordsThatDifferAreAFault() {
    let start = start([
      "LONGTAKE_POSTGRES_URL": "postgres://ada:canary@nowhere.invalid/db",
      "LONGTAKE_POSTGRES_PASSWORD": "one",
      "LONGTAKE_REDIS_URL": "redis://ada:canary@nowhere.invalid", "LONGTAKE_REDIS_PASSWORD": "two",
    ])
    _ = (start.postgres(), start.redis())
    #expect(start.settings.faults.count == 2)
    #expect(start.settings.faults.allSatisfy { $0.contains("one of them only") && !$0.contains("canary") })
  }
}

/// What a look at Postgres finds.
struct PostgresLookTests {
  private let target = PostgresConfiguration(host: "db", user: "ada", database: "films")

  private func look(_ pool: PostgresPool, _ change: (inout PostgresConfiguration) -> Void = { _ in })
    -> PostgresLook
  {
    var configuration = pool.configuration
    change(&configuration)
    return PostgresLook(configuration: configuration, schema: configuration.schema ?? "test")
  }

  @Test func ourOwnSchemaIsFine() async throws {
    try await withDatabase { #expect(await look($0).finding() == .fine) }
  }

  @Test func missingSchemaIsAFaultThatSaysHowToMakeIt() async throws {
    try await withDatabase { pool in
      let sentences = await look(pool) { $0.schema = "ours" }.finding().sentences
      #expect(sentences.count == 1)
      #expect(sentences[0].contains("CREATE SCHEMA \"ours\" AUTHORIZATION \"\(pool.configuration.user)\""))
    }
  }

  @Test func foreignSchemaIsAFault() async throws {
    try await withDatabase { pool in
      let sentences = await look(pool) { $0.schema = "pg_catalog" }.finding().sentences
      #expect(sentences.count == 1 && sentences[0].contains("may not make tables in the schema pg_catalog"))
    }
  }

  @Test func missingDatabaseAndRoleAreFaults() async throws {
    try await withDatabase { pool in
      let database = await look(pool) { $0.database = "no_such_database" }.finding()
      let role = await look(pool) { $0.user = "no_such_role" }.finding()
      guard case .faults = database, case .faults = role else {
        Issue.record("\(database) \(role)")
        return
      }
      #expect(database.sentences[0].contains("no database no_such_database"))
      #expect(role.sentences[0].contains("does not let role no_such_role in"))
    }
  }

  @Test func serverThatIsNotThereYetIsWaitedFor() async throws {
    try await withRefusingPort { port in
      var configuration = target
      (configuration.host, configuration.port) = ("127.0.0.1", port)
      let finding = await PostgresLook(configuration: configuration, schema: "test").finding()
      guard case .waiting(let sentence) = finding else {
        Issue.record("\(finding)")
        return
      }
      #expect(sentence.contains("cannot be reached: check that it runs"))
    }
  }

  @Test(arguments: [-31.0, 31, 3600]) func clockThatIsOffIsAFaultThatSaysByHowMuch(_ seconds: Double)
    async throws
  {
    try await withDatabase { pool in
      var look = look(pool)
      look.now = { Date() + seconds }
      let sentences = await look.finding().sentences
      #expect(sentences.count == 1 && sentences[0].contains("s apart: set the wrong one right"))
      #expect([30, 31].contains { sentences[0].contains("\($0) s apart") } || abs(seconds) > 60)
    }
  }

  @Test(arguments: [-25.0, 25]) func smallDifferenceOfClocksIsFine(_ seconds: Double) async throws {
    try await withDatabase { pool in
      var look = look(pool)
      look.now = { Date() + seconds }
      #expect(await look.finding() == .fine)
    }
  }

  @Test func oldServerIsAFault() {
    let look = PostgresLook(configuration: target, schema: "films")
    let now = Date()
    let facts = PostgresLook.Facts(version: 12, time: now, role: "ada", hasSchema: true, mayUseSchema: true)
    #expect(look.faults(of: facts, between: now, and: now).map { $0.contains("version 12") } == [true])
  }

  @Test(arguments: [
    ("28P01", "refuses the password of role ada"), ("28000", "does not let role ada in"),
    ("3D000", "has no database films"), ("42501", "GRANT CONNECT"),
  ])
  func refusalThatNeedsAPersonIsAFault(_ state: String, _ words: String) {
    var error = PostgresError(.connection, "")
    error.refusal = state
    guard case .faults(let sentences) = error.finding(target) else {
      Issue.record("\(error.finding(target))")
      return
    }
    #expect(sentences.count == 1 && sentences[0].contains(words))
  }

  @Test(arguments: ["57P03", "53300", "XX000"]) func refusalThatPassesIsWaitedFor(_ state: String) {
    var error = PostgresError(.connection, "")
    error.refusal = state
    guard case .waiting = error.finding(target) else {
      Issue.record("\(error.finding(target))")
      return
    }
  }

  @Test(arguments: [
    "fe_sendauth: no password supplied", "server does not support SSL, but SSL was required",
    "SSL error: certificate verify failed",
  ])
  func refusalOfOurOwnEndIsAFault(_ message: String) {
    guard case .faults = PostgresError(.connection, message).finding(target) else {
      Issue.record("\(message) is waited for")
      return
    }
  }
}

/// What a look at Redis finds.
struct RedisLookTests {
  private func faults(_ url: String) async -> [String] {
    let settings = Settings(environment: ["LONGTAKE_REDIS_URL": url])
    let start = Start(
      identity: ServiceIdentity(.planner, version: "1"), settings: settings, logger: .silent)
    _ = start.redis()
    do throws(SettingsError) {
      try await start.validate()
      return []
    } catch {
      return error.faults
    }
  }

  @Test func openServerIsFineAndAPasswordItDoesNotHaveIsAFault() async throws {
    try await withRedis { redis in
      #expect(await faults(redis.url) == [])
      let socket = redis.url.dropFirst("unix://".count)
      let refused = await faults("unix://ada:canary@\(socket)")
      #expect(refused.count == 1 && refused[0].contains("refuses the credentials"))
      #expect(!refused.joined().contains("canary"))
    }
  }

  @Test func absentServerIsWaitedFor() async throws {
    try await withRefusingPort { #expect(await faults("redis://127.0.0.1:\($0)") == []) }
  }

  @Test func missingURLIsOneFault() async { #expect(await faults("").count == 1) }

  @Test func unreadableFileOfTheURLIsOneFault() async {
    let settings = Settings(environment: ["LONGTAKE_REDIS_URL_FILE": "/nowhere/redis"])
    let start = Start(
      identity: ServiceIdentity(.planner, version: "1"), settings: settings, logger: .silent)
    _ = start.redis()
    #expect(settings.faults.map { $0.contains("/nowhere/redis") } == [true])
  }
}
