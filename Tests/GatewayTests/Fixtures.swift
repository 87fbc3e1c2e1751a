import Artifacts
import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Providers
import ServiceKit
import Synchronization
import Testing

@testable import Gateway

/// Stands for Status and Planner: answers by method and path, and remembers what it was asked.
final class StubServices: ServiceTransport {
  typealias Responder = @Sendable (ServiceCall) throws -> ServiceAnswer

  let calls = Mutex<[ServiceCall]>([])
  private let responders: Mutex<[String: Responder]>

  init(_ responders: [String: Responder] = [:]) { self.responders = Mutex(responders) }

  /// `key` is `PUT /v1/videos/` and so on: the longest that a call begins with answers.
  func on(_ key: String, _ responder: @escaping Responder) {
    responders.withLock { $0[key] = responder }
  }

  func answer(_ key: String, _ value: some Encodable & Sendable, status: Int = 200) throws {
    let data = try JSON.encode(value)
    on(key) { _ in ServiceAnswer(status: status, body: data) }
  }

  func send(_ call: ServiceCall) async throws -> ServiceAnswer {
    calls.withLock { $0.append(call) }
    let line = "\(call.method.rawValue) \(call.url.dropFirst("http://stub".count))"
    let found = responders.withLock { all in
      all.filter { line.hasPrefix($0.key) }.max { $0.key.count < $1.key.count }?.value
    }
    guard let found else {
      Issue.record("an unexpected call: \(line)")
      return ServiceAnswer(status: 500)
    }
    return try found(call)
  }

  /// The calls that begin with `method` and a path.
  func calls(_ prefix: String) -> [ServiceCall] {
    calls.withLock {
      $0.filter { "\($0.method.rawValue) \($0.url.dropFirst("http://stub".count))".hasPrefix(prefix) }
    }
  }
}

/// Idempotency records in memory, as the table keeps them.
final class MemoryIdempotencyStore: IdempotencyStore {
  private struct Row {
    var fingerprint: String
    var id: UUID
    var answer: Answer?
    var locked = true
  }

  private let rows = Mutex<[String: Row]>([:])

  func begin(_ request: KeyedRequest, minting id: UUID) async throws -> KeyedDecision {
    rows.withLock { rows in
      let key = "\(request.userId) \(request.key)"
      guard var row = rows[key] else {
        rows[key] = Row(fingerprint: request.fingerprint, id: id)
        return .proceed(id)
      }
      if row.fingerprint != request.fingerprint { return .otherRequest }
      if let answer = row.answer { return .replay(answer) }
      if row.locked { return .inFlight }
      row.locked = true
      rows[key] = row
      return .proceed(row.id)
    }
  }

  func finish(_ request: KeyedRequest, with answer: Answer) async throws {
    rows.withLock { $0["\(request.userId) \(request.key)"]?.answer = answer }
  }

  func release(_ request: KeyedRequest) async throws {
    rows.withLock { $0["\(request.userId) \(request.key)"]?.locked = false }
  }

  func purge() async throws -> Int { 0 }
}

/// API keys in memory, as the table keeps them.
final class MemoryKeyStore: KeyStore {
  private let all = Mutex<[APIKey]>([])
  let lookUps = Mutex(0)

  func insert(_ key: APIKey) async throws -> APIKey {
    all.withLock { all in
      if let known = all.first(where: { $0.id == key.id }) { return known }
      all.append(key)
      return key
    }
  }

  func key(prefix: String) async throws -> APIKey? {
    lookUps.withLock { $0 += 1 }
    return all.withLock { $0.first { $0.prefix == prefix } }
  }

  func keys(of user: String?, after cursor: KeyID?, limit: Int) async throws -> [APIKey] {
    all.withLock { all in
      let newest = all.reversed().filter { user == nil || $0.userId == user }
      let start = cursor.flatMap { id in newest.firstIndex { $0.id == id } }.map { $0 + 1 } ?? 0
      return Array(newest.dropFirst(start).prefix(limit))
    }
  }

  func revoke(_ id: KeyID, of user: String?) async throws -> Bool {
    all.withLock { all in
      guard let index = all.firstIndex(where: { $0.id == id && (user == nil || $0.userId == user) }) else {
        return false
      }
      all[index].revokedAt = all[index].revokedAt ?? Date()
      return true
    }
  }
}

enum Fixture {
  static let pepper = Secret("fedcba9876543210fedcba9876543210")
  static let id = VideoID(
    UUID(namespace: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)), name: "film"))
  static let keys = StorageKeys.video(user: "local", video: id)
  static let instant = Date(timeIntervalSince1970: 1_795_246_020)
  static let signer = LinkSigner(secret: Array("0123456789abcdef0123456789abcdef".utf8))
  static let tokens = ServiceTokens(secret: Secret("0123456789abcdef0123456789abcdef"))

  static func document(id: VideoID = id, version: Int = 14) -> VideoDocument {
    VideoDocument(
      id: id, userId: "local", title: nil, request: VideoRequest(prompt: "A red car"),
      status: .generatingChunks, message: "Generating chunk 2 of 6", progress: 57, version: version,
      generation: 1, createdAt: instant, updatedAt: instant, durationSeconds: 30, provider: "local",
      model: "animatic", spec: nil,
      phases: [
        .init(
          name: "plan", status: "succeeded", attempts: 1, startedAt: instant, finishedAt: nil,
          workSeconds: 0.5, costUSD: .zero)
      ],
      chunks: [
        .init(
          index: 0, status: "succeeded", startsFrom: .reference, take: 1, takes: 1, prompt: "a. b",
          directionPrompt: "b", durationSeconds: 5, progress: 100, clipKey: keys.chunk(0), lastFrameKey: nil,
          costUSD: .zero)
      ],
      keys: .init(productReference: keys.productReference()), waitingOn: nil, eta: .init(p50: 4, p90: 9),
      actions: ["cancel"],
      cost: .init(budgetUSD: nil, estimatedUSD: MicroDollars(240_000), reservedUSD: .zero, spentUSD: .zero),
      warnings: [], error: nil)
  }

  static let estimate = Estimate(
    chunkCount: 6, chunkDurationSeconds: 5, trimmedSeconds: 0,
    cost: .init(min: .zero, expected: .zero, max: .zero, byPhase: ["chunks": .zero]),
    etaSeconds: .init(p50: 10, p90: 20))

  static let template = TemplateDescription(
    id: "nature_film", name: "Nature film", description: "…",
    defaults: .init(
      beats: [], style: StyleSpec(palette: [], look: "", lighting: ""),
      product: ProductSpec(name: "", description: ""),
      audio: AudioSpec(musicStyle: "", tempo: "", mood: "", bpm: 80)))
}

/// A gateway in front of stubs.
struct TestGateway: Sendable {
  var services = StubServices()
  var idempotency = MemoryIdempotencyStore()
  var keys = KeyRing(store: MemoryKeyStore(), pepper: Fixture.pepper)
  var hub = FeedHub(redis: nil, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  var store: any ArtifactStore = LocalArtifactStore(root: "/nowhere")
  var auth = AuthMode.dev
  var origins: Set<String> = []
  var perMinute = 1000

  var front: Front {
    let client = { (target: ServiceName) in
      ServiceClient(
        transport: services, baseURL: "http://stub", tokens: Fixture.tokens, from: .gateway, to: target)
    }
    return Front(
      neighbours: Neighbours(status: client(.status), planner: client(.planner)), idempotency: idempotency,
      keys: keys, artifacts: store, signer: Fixture.signer, hub: hub, catalogue: .standard, publicURL: nil,
      fallbackHost: "127.0.0.1:8080", auth: auth, origins: origins, perMinute: perMinute)
  }

  func run<Value: Sendable>(
    _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Value
  ) async throws -> Value {
    let router = front.assembly.router(identity: Gateway.identity, health: Health(checks: []))
    let application = Application(
      router: router, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    return try await application.test(.router) { try await body($0) }
  }

  /// One request; a text is a JSON body.
  func send(
    _ method: HTTPRequest.Method, _ uri: String, _ body: String? = nil, headers: HTTPFields = [:]
  ) async throws -> TestResponse {
    var headers = headers
    if body != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
    let sent = headers
    return try await run { client in
      try await client.executeRequest(
        uri: uri, method: method, headers: sent, body: body.map { ByteBuffer(string: $0) })
    }
  }
}

func problem(_ response: TestResponse) throws -> Problem {
  #expect(response.headers[.contentType] == "application/problem+json")
  return try JSON.decode(Problem.self, from: Data(response.body.readableBytesView))
}

func object(_ response: TestResponse) throws -> [String: JSONValue] {
  guard case .object(let members) = try JSONValue(parsing: Data(response.body.readableBytesView)) else {
    Issue.record("no object: \(String(buffer: response.body))")
    return [:]
  }
  return members
}
