import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Synchronization
import Testing

@testable import ServiceKit

/// A service with one route of each kind, for looking at what ServiceKit puts around it.
enum Sample {
  static let identity = ServiceIdentity(.status, version: "1.2.3", commit: "abc")
  static let tokens = ServiceTokens(secret: Secret("0123456789abcdef0123456789abcdef"))

  static func application(
    checks: [ReadyCheck] = [], metrics: PrometheusRegistry? = nil
  ) -> Application<RouterResponder<AppContext>> {
    let routes = RouteCollection(context: AppContext.self)
      .get("things/:id") { _, context in try Response.json(["user": try context.user()]) }
      .put("things/:id") { request, _ in
        try Response.json(try await request.message([String: Int].self, limit: 1000))
      }
      .get("boom") { _, _ -> Response in throw Sample.Unforeseen() }
    let open = RouteCollection(context: AppContext.self)
      .post("echo") { request, _ in
        var reader = try BodyReader(try await request.json())
        let name = reader.string("name", 1...5, required: true)
        try reader.finish()
        return try Response.json(["name": name])
      }
    var assembly = Assembly(tokens: tokens, routes: [routes], checks: checks)
    assembly.publicRoutes = [open]
    let router = assembly.router(identity: identity, health: Health(checks: checks), metrics: metrics)
    return Application(router: router, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }

  struct Unforeseen: Error {}

  static func bearer(to audience: ServiceName = .status, user: String? = "ada") throws -> HTTPFields {
    [.authorization: "Bearer \(try tokens.mint(from: .gateway, to: audience, user: user))"]
  }
}

func problem(_ response: TestResponse) throws -> Problem {
  #expect(response.headers[.contentType] == "application/problem+json")
  return try JSON.decode(Problem.self, from: Data(buffer: response.body))
}

extension Data {
  init(buffer: ByteBuffer) { self.init(buffer.readableBytesView) }
}

struct RouterTests {
  @Test func unknownPathIsAProblemWithTraceAndRequestId() async throws {
    try await Sample.application().test(.router) { client in
      let headers: HTTPFields = [
        .requestId: "my-id", .traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
      ]
      let response = try await client.executeRequest(
        uri: "/nowhere", method: .get, headers: headers, body: nil)
      let problem = try problem(response)
      #expect(response.status == .notFound)
      #expect(response.headers[.requestId] == "my-id")
      #expect(problem.code == "not_found")
      #expect(problem.title == "Not Found")
      #expect(problem.instance == "/nowhere")
      #expect(problem.traceId == "0af7651916cd43dd8448eb211c80319c")
      #expect(problem.type == "/docs/errors/not_found")
    }
  }

  @Test func wrongMethodNamesTheAllowedOnes() async throws {
    try await Sample.application().test(.router) { client in
      let response = try await client.executeRequest(
        uri: "/v1/things/7", method: .delete, headers: [:], body: nil)
      #expect(response.status == .methodNotAllowed)
      #expect(response.headers[.allow] == "GET, HEAD, PUT")
      #expect(try problem(response).code == "method_not_allowed")
    }
  }

  @Test(arguments: ["no id\u{7F}", "a b", String(repeating: "x", count: 129)])
  func strangeRequestIdIsReplaced(_ id: String) async throws {
    try await Sample.application().test(.router) { client in
      let response = try await client.executeRequest(
        uri: "/healthz", method: .get, headers: [.requestId: id], body: nil)
      #expect(UUID(uuidString: response.headers[.requestId] ?? "") != nil)
    }
  }

  @Test func internalRouteNeedsATokenForThisService() async throws {
    try await Sample.application().test(.router) { client in
      for headers in [[:], try Sample.bearer(to: .audio), [.authorization: "Bearer x.y"]] as [HTTPFields] {
        let response = try await client.executeRequest(
          uri: "/v1/things/7", method: .get, headers: headers, body: nil)
        #expect(response.status == .unauthorized)
        #expect(try problem(response).code == "unauthorized")
      }
      let response = try await client.executeRequest(
        uri: "/v1/things/7", method: .get, headers: try Sample.bearer(), body: nil)
      #expect(String(buffer: response.body) == #"{"user":"ada"}"#)
    }
  }

  @Test func unforeseenErrorShowsNothingOfItself() async throws {
    try await Sample.application().test(.router) { client in
      let response = try await client.executeRequest(
        uri: "/v1/boom", method: .get, headers: try Sample.bearer(), body: nil)
      #expect(response.status == .internalServerError)
      #expect(!String(buffer: response.body).contains("Unforeseen"))
    }
  }

  @Test(arguments: [
    ("{\"a\":\"x\"}", 400, "malformed_message"), ("{\"a\":1", 400, "malformed_json"),
    ("{\"a\":\(String(repeating: " ", count: 1000))1}", 413, "body_too_large"),
  ])
  func messageThatDoesNotFitIsRefused(_ body: String, _ status: Int, _ code: String) async throws {
    try await Sample.application().test(.router) { client in
      var headers = try Sample.bearer()
      headers[.contentType] = "application/json"
      let response = try await client.executeRequest(
        uri: "/v1/things/7", method: .put, headers: headers, body: ByteBuffer(string: body))
      #expect(response.status.code == status)
      if status != 400 || code == "malformed_message" { #expect(try problem(response).code == code) }
    }
  }
}

struct BodyTests {
  private func post(_ body: String, type: String? = "application/json") async throws -> TestResponse {
    try await Sample.application().test(.router) { client in
      var headers: HTTPFields = [:]
      headers[.contentType] = type
      return try await client.executeRequest(
        uri: "/echo", method: .post, headers: headers, body: ByteBuffer(string: body))
    }
  }

  @Test(arguments: ["text/plain", nil, "application/x-www-form-urlencoded", "application/jsonx"])
  func otherContentTypeIs415(_ type: String?) async throws {
    #expect(try await post("{}", type: type).status == .unsupportedMediaType)
  }

  @Test(arguments: ["application/json", "application/json; charset=utf-8", "Application/JSON"])
  func jsonIsAcceptedInEverySpelling(_ type: String) async throws {
    #expect(try await post("{\"name\":\"ada\"}", type: type).status == .ok)
  }

  @Test func bodyAbove256KilobytesIs413() async throws {
    let response = try await post("{\"name\":\"\(String(repeating: "x", count: 256 * 1024))\"}")
    #expect(response.status == .contentTooLarge)
    #expect(try problem(response).code == "body_too_large")
  }

  @Test func malformedJSONNamesItsPlace() async throws {
    let response = try await post("{\n  \"name\": tru\n}")
    let problem = try problem(response)
    #expect(response.status == .badRequest)
    #expect(problem.code == "malformed_json")
    #expect(problem.detail.contains("line 2, column 11"))
  }

  @Test func everyFaultIsNamed() async throws {
    let response = try await post("{\"name\":\"too long\",\"nmae\":1,\"x/y\":2}")
    let problem = try problem(response)
    #expect(response.status == .unprocessableContent)
    #expect(problem.errors.map(\.pointer) == ["/name", "/nmae", "/x~1y"])
    #expect(problem.errors[1].detail.contains("Did you mean name?"))
  }
}

struct HealthTests {
  private struct Away: Error, CustomStringConvertible { let description = "Redis is away" }

  @Test func requiredCheckDecidesAndOptionalOneIsReported() async throws {
    let optional = ReadyCheck("redis", required: false) { throw Away() }
    try await Sample.application(checks: [optional]).test(.router) { client in
      let response = try await client.executeRequest(uri: "/readyz", method: .get, headers: [:], body: nil)
      let report = try JSON.decode(ReadyReport.self, from: Data(buffer: response.body))
      #expect(response.status == .ok)
      #expect(report.ready)
      #expect(report.checks == [.init(name: "redis", ok: false, required: false, detail: "Redis is away")])
    }
    let required = ReadyCheck("postgres", required: true) { throw Away() }
    try await Sample.application(checks: [required]).test(.router) { client in
      let response = try await client.executeRequest(uri: "/readyz", method: .get, headers: [:], body: nil)
      #expect(response.status == .serviceUnavailable)
    }
  }

  @Test func checkThatHangsCountsAsFailed() async {
    let hanging = ReadyCheck("postgres", required: true) { try await Gate().passed() }
    let report = await Health(checks: [hanging], patience: .milliseconds(20)).report()
    #expect(!report.ready)
    #expect(report.checks[0].detail?.contains("no answer") == true)
  }

  @Test func drainingServiceIsNotReady() async {
    let health = Health(checks: [])
    #expect(await health.report().ready)
    health.drain()
    #expect(await !health.report().ready)
  }

  @Test func versionSaysWhatWasBuilt() async throws {
    try await Sample.application().test(.router) { client in
      let response = try await client.executeRequest(uri: "/version", method: .get, headers: [:], body: nil)
      #expect(String(buffer: response.body) == #"{"commit":"abc","service":"status","version":"1.2.3"}"#)
    }
  }
}

struct ServiceTokensTests {
  private let tokens = Sample.tokens
  private let now = Date(timeIntervalSince1970: 1_800_000_000)

  @Test func ownTokenNamesCallerAndUser() throws {
    let token = try tokens.mint(from: .status, to: .chunks, user: "ada", now: now)
    #expect(try tokens.verify(token, for: .chunks, now: now) == Caller(service: .status, userId: "ada"))
  }

  @Test func everyFlippedCharacterIsRefused() throws {
    let token = try tokens.mint(from: .status, to: .chunks, user: "ada", now: now)
    for index in token.indices {
      var forged = token
      forged.replaceSubrange(index...index, with: token[index] == "A" ? "B" : "A")
      #expect(throws: Problem.self) { try tokens.verify(forged, for: .chunks, now: now) }
    }
  }

  @Test(arguments: [-66.0, 66.0]) func tokenLivesForAMinute(_ seconds: Double) throws {
    let token = try tokens.mint(from: .status, to: .chunks, now: now)
    #expect(throws: Problem.self) {
      try tokens.verify(token, for: .chunks, now: now.addingTimeInterval(seconds))
    }
  }

  @Test func otherSecretAndOtherAudienceAreRefused() throws {
    let token = try tokens.mint(from: .status, to: .chunks, now: now)
    let others = ServiceTokens(secret: Secret("1123456789abcdef0123456789abcdef"))
    #expect(throws: Problem.self) { try others.verify(token, for: .chunks, now: now) }
    #expect(throws: Problem.self) { try tokens.verify(token, for: .audio, now: now) }
  }
}

struct ServiceClientTests {
  /// Answers what it is told to and remembers what it was asked.
  final class Stub: ServiceTransport {
    let calls = Mutex<[ServiceCall]>([])
    let answer: @Sendable () throws -> ServiceAnswer

    init(_ answer: @escaping @Sendable () throws -> ServiceAnswer) { self.answer = answer }

    func send(_ call: ServiceCall) async throws -> ServiceAnswer {
      calls.withLock { $0.append(call) }
      return try answer()
    }
  }

  @Test func neighbourIsThereIfOneOfItsReplicasAnswers() async throws {
    let stub = Stub { ServiceAnswer(status: 503) }
    let check = ReadyCheck.neighbour(.audio, at: "http://a,http://b", by: stub)
    let error = await #expect(throws: WaitingFor.self) { try await check.check() }
    #expect(error?.what.contains("audio does not answer at http://a,http://b: check that it runs") == true)
    #expect(stub.calls.withLock { $0.map(\.url) } == ["http://a/healthz", "http://b/healthz"])
    #expect(!check.required)
    let alive = Stub { ServiceAnswer(status: 200) }
    try await ReadyCheck.neighbour(.audio, at: "http://a,http://b", by: alive).check()
  }

  private func client(_ stub: Stub) -> ServiceClient {
    ServiceClient(
      transport: stub, baseURL: "http://status", tokens: Sample.tokens, from: .gateway, to: .status)
  }

  @Test func callIsSignedTracedAndTimed() async throws {
    let stub = Stub { ServiceAnswer(status: 200, body: Data("{\"a\":1}".utf8)) }
    let trace = Trace()
    let answer = try await CurrentRequest.$trace.withValue(trace) {
      try await client(stub).call(
        .put, "/v1/x", user: "ada", body: ["b": 2], as: [String: Int].self, deadline: .seconds(3))
    }
    let call = try #require(stub.calls.withLock { $0.first })
    #expect(answer == ["a": 1])
    #expect(call.url == "http://status/v1/x")
    #expect(call.deadline == .seconds(3))
    #expect(call.headers[.traceparent]?.contains(trace.traceId) == true)
    let token = String(try #require(call.headers[.authorization]).dropFirst(7))
    #expect(try Sample.tokens.verify(token, for: .status) == Caller(service: .gateway, userId: "ada"))
  }

  @Test func problemOfTheOtherServiceIsThrown() async throws {
    let problem = Problem.conflict("It runs.", code: "running")
    let body = try JSON.encode(problem)
    let stub = Stub { ServiceAnswer(status: 409, body: body) }
    await #expect(throws: problem) { try await client(stub).send(.get, "/v1/x") }
    #expect(stub.calls.withLock { $0.count } == 1)
  }

  @Test func refusedCredentialIsNotTheUsersFault() async throws {
    let stub = Stub { ServiceAnswer(status: 401, body: Data()) }
    await #expect { try await client(stub).send(.get, "/v1/x") } throws: {
      ($0 as? Problem)?.statusCode == 502
    }
  }

  @Test(arguments: [
    ("http://a,http://b", ["http://a/v1/x", "http://b/v1/x"]),
    // A name may stand for several replicas.
    ("http://a", ["http://a/v1/x", "http://a/v1/x"]),
  ])
  func nextReplicaIsAskedWhereOneIsAway(addresses: String, asks: [String]) async throws {
    struct Refused: Error {}
    let asked = Mutex(0)
    let stub = Stub {
      let count = asked.withLock { count in
        count += 1
        return count
      }
      if count == 1 { throw Refused() }
      return ServiceAnswer(status: 200)
    }
    let client = ServiceClient(
      transport: stub, baseURL: addresses, tokens: Sample.tokens, from: .gateway, to: .status)
    try await client.send(.get, "/v1/x")
    #expect(stub.calls.withLock { $0.map(\.url) } == asks)
  }

  @Test func unreachableServiceIs503() async throws {
    struct Refused: Error {}
    let stub = Stub { throw Refused() }
    await #expect { try await client(stub).send(.get, "/v1/x") } throws: { error in
      let problem = error as? Problem
      return problem?.code == "status_unavailable" && problem?.headers[.retryAfter] == "2"
    }
    #expect(stub.calls.withLock { $0.count } == 2)
  }
}
