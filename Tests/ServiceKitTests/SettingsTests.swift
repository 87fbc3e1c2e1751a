import Contracts
import CoreMetrics
import Foundation
import Logging
import Synchronization
import Testing

@testable import ServiceKit

private let port = Setting.port(8081)
private let flag = Setting("LONGTAKE_FLAG", default: "false", "A flag.")
private let wait = Setting("LONGTAKE_WAIT", default: "1.5", "A wait.")
private let needed = Setting("LONGTAKE_NEEDED", "Something needed.")

struct SettingsTests {
  @Test func valuesAreTypedAndDefaultsHold() throws {
    let settings = Settings(environment: ["LONGTAKE_PORT": "9000", "LONGTAKE_STATUS_URL": "http://status:1/"])
    #expect(settings.int(port, in: 1...65535) == 9000)
    #expect(settings.bool(flag) == false)
    #expect(settings.duration(wait, in: 0...10) == .milliseconds(1500))
    #expect(settings.url(.url(of: .status)) == "http://status:1")
    #expect(settings.url(.url(of: .planner)) == "http://127.0.0.1:8082")
    #expect(settings.string(.host) == "127.0.0.1")
    try settings.validate()
  }

  @Test func allFaultsAreToldAtOnceAndSayWhatToDo() {
    let settings = Settings(environment: [
      "LONGTAKE_PORT": "eighty", "LONGTAKE_FLAG": "maybe", "LONGTAKE_WAIT": "99",
      "LONGTAKE_STATUS_URL": "status:8081", "LONGTAKE_LOG_LEVEL": "loud", "LONGTAKE_INTERNAL_SECRET": "short",
    ])
    _ = settings.int(port, in: 1...65535)
    _ = settings.bool(flag)
    _ = settings.duration(wait, in: 0...10)
    _ = settings.url(.url(of: .status))
    _ = settings.choice(.logLevel, as: Logger.Level.self, otherwise: .info)
    _ = settings.secret(.internalSecret, minimumBytes: 32)
    _ = settings.string(needed)
    #expect {
      try settings.validate()
    } throws: { error in
      guard let faults = (error as? SettingsError)?.faults else { return false }
      return faults.count == 7 && faults.allSatisfy { $0.contains("give") || $0.contains("is not set") }
        && faults.contains("LONGTAKE_PORT is \"eighty\": give a whole number from 1 to 65535.")
    }
  }

  @Test func secretIsNeverPrinted() throws {
    let settings = Settings(environment: ["LONGTAKE_INTERNAL_SECRET": "canary-canary-canary-canary-canary"])
    let secret = settings.secret(.internalSecret, minimumBytes: 32)
    var dumped = ""
    dump(secret, to: &dumped)
    let short = Settings(environment: ["LONGTAKE_INTERNAL_SECRET": "canary"])
    _ = short.secret(.internalSecret, minimumBytes: 32)
    for text in ["\(secret)", String(reflecting: secret), dumped, short.faults.joined()] {
      #expect(!text.contains("canary"))
    }
  }

  @Test func secretMayComeFromAFile() throws {
    let path = FileManager.default.temporaryDirectory.path + "/secret-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data("  0123456789abcdef0123456789abcdef\n".utf8).write(to: URL(filePath: path))
    let settings = Settings(environment: ["LONGTAKE_INTERNAL_SECRET_FILE": path])
    #expect(settings.secret(.internalSecret, minimumBytes: 32).reveal() == "0123456789abcdef0123456789abcdef")
    try settings.validate()
  }

  @Test func emptySecretFileIsNamed() throws {
    let path = FileManager.default.temporaryDirectory.path + "/secret-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(" \n".utf8).write(to: URL(filePath: path))
    let settings = Settings(environment: ["LONGTAKE_INTERNAL_SECRET_FILE": path])
    _ = settings.secret(.internalSecret, minimumBytes: 32)
    #expect(
      settings.faults == [
        "LONGTAKE_INTERNAL_SECRET_FILE names \(path), which is empty: write the secret into it."
      ])
  }

  @Test func missingSecretFileIsOneFault() {
    let settings = Settings(environment: ["LONGTAKE_INTERNAL_SECRET_FILE": "/nowhere/secret"])
    _ = settings.secret(.internalSecret)
    #expect(settings.faults.count == 1)
    #expect(settings.faults[0].contains("/nowhere/secret"))
  }

  @Test func unknownNameGetsTheNearestOne() {
    let settings = Settings(environment: [
      "LONGTAKE_PROT": "1", "LONGTAKE_STATUS_URL": "x", "LONGTAKE_NEEDED": "x",
      "LONGTAKE_ZZZZZZZZZZZZZZZZZZ": "1",
      "LONGTAKE_MEDIA_SECRET_FILE": "/x", "PATH": "/bin",
    ])
    let warnings = settings.warnings(declared: [needed])
    #expect(warnings.count == 2)
    #expect(warnings[0].contains("Did you mean LONGTAKE_PORT?"))
    #expect(!warnings[1].contains("Did you mean"))
  }

  @Test func tableNamesEverySetting() {
    let table = SettingsTable.text([port, .internalSecret])
    #expect(table.contains("| `LONGTAKE_PORT` | `8081` |"))
    #expect(table.contains("at least 32 characters. | yes, or `…_FILE` |"))
  }
}

struct JSONLogHandlerTests {
  private final class Lines: Sendable {
    let all = Mutex<[String]>([])
  }

  @Test func eventIsOneLineOfJSONWithTheRequest() throws {
    let lines = Lines()
    let handler = JSONLogHandler(service: "status", label: "status", level: .info) { line in
      lines.all.withLock { $0.append(line) }
    }
    var logger = Logger(label: "status") { _ in handler }
    logger[metadataKey: "taskId"] = "t1"
    CurrentRequest.$requestId.withValue("r1") {
      logger.info(
        "said \"hi\"\n", metadata: ["seconds": .stringConvertible(1.5), "list": ["a", ["k": "v"]]])
    }
    logger.debug("not shown")
    let line = try #require(lines.all.withLock { $0.count == 1 ? $0.first : nil })
    #expect(!line.contains("\n"))
    let value = try JSONValue(parsing: Data(line.utf8))
    guard case .object(let fields) = value else { return }
    #expect(fields["message"] == .string("said \"hi\"\n"))
    #expect(fields["level"] == .string("info"))
    #expect(fields["requestId"] == .string("r1"))
    #expect(fields["taskId"] == .string("t1"))
    #expect(fields["seconds"] == .number("1.5"))
    #expect(fields["list"] == .array([.string("a"), .object(["k": .string("v")])]))
  }
}

struct PrometheusRegistryTests {
  @Test func metricsAreRenderedAsPrometheusReadsThem() {
    let registry = PrometheusRegistry()
    registry.makeCounter(label: "hb.requests", dimensions: [("http.route", "/a\"b")]).increment(by: 2)
    registry.makeCounter(label: "hb.requests", dimensions: [("http.route", "/a\"b")]).increment(by: 1)
    registry.makeMeter(label: "queue.open", dimensions: []).set(2.5)
    registry.makeTimer(label: "request.duration", dimensions: []).recordNanoseconds(30_000_000)
    let text = registry.render()
    #expect(text.contains("# TYPE hb_requests_total counter\nhb_requests_total{http_route=\"/a\\\"b\"} 3\n"))
    #expect(text.contains("# TYPE queue_open gauge\nqueue_open 2.5\n"))
    #expect(text.contains("request_duration_seconds_bucket{le=\"0.025\"} 0\n"))
    #expect(text.contains("request_duration_seconds_bucket{le=\"0.05\"} 1\n"))
    #expect(text.contains("request_duration_seconds_bucket{le=\"+Inf\"} 1\n"))
    #expect(text.contains("request_duration_seconds_sum 0.03\n"))
    #expect(text.contains("request_duration_seconds_count 1\n"))
  }
}

struct TraceTests {
  @Test func traceContinuesWithASpanOfItsOwn() throws {
    let trace = try #require(Trace(continuing: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"))
    #expect(trace.traceId == "0af7651916cd43dd8448eb211c80319c")
    #expect(trace.spanId != "b7ad6b7169203331")
    #expect(trace.flags == "00")
  }

  @Test(arguments: [
    "", "00", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
    "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-x1",
  ])
  func malformedTraceparentIsIgnored(_ text: String) {
    #expect(Trace(continuing: text) == nil)
  }
}

struct GateTests {
  @Test func waitersPassWhenItOpensAndLaterOnesAtOnce() async throws {
    let gate = Gate()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<5 { group.addTask { try await gate.passed() } }
      gate.open()
      try await group.waitForAll()
    }
    try await gate.passed()
  }

  @Test func cancelledWaiterLeaves() async {
    let gate = Gate()
    let task = Task { try await gate.passed() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}

struct DatabaseTests {
  @Test func migrationsRunOnceTheServerIsThere() async throws {
    struct Away: Error, CustomStringConvertible { let description = "no server" }
    let attempts = Mutex(0)
    let database = Database(
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      migrate: {
        let attempt = attempts.withLock { count in
          count += 1
          return count
        }
        if attempt < 3 { throw Away() }
        return ["v001"]
      }, ping: {}, close: {})
    let running = Task { try await database.run() }
    try await database.whenReady()
    #expect(attempts.withLock { $0 } == 3)
    try await database.checks[1].check()
    running.cancel()
    _ = await running.result
  }

  @Test func checkSaysWhatIsWaitedFor() async {
    let database = Database(
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, migrate: { [] }, ping: {}, close: {})
    await #expect { try await database.checks[1].check() } throws: { "\($0)".contains("Postgres") }
  }
}
