import Artifacts
import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import NIOCore
import ServiceKit
import Testing

@testable import Gateway

struct CreateTests {
  private let gateway = TestGateway()

  init() throws {
    let document = Fixture.document()
    gateway.services.on("PUT /v1/videos/") { call in
      let id = try #require(VideoID(String(call.url.suffix(36))))
      var document = document
      document.id = id
      return ServiceAnswer(status: 202, body: try JSON.encode(document))
    }
    try gateway.services.answer("GET /v1/templates", [Fixture.template])
    try gateway.services.answer("POST /v1/estimate", Fixture.estimate)
  }

  @Test func videoIsPutToStatusAndAnsweredWithItsPlace() async throws {
    let response = try await gateway.send(
      .post, "/api/videos", #"{"prompt":"A red car","durationSeconds":30}"#)
    let call = try #require(gateway.services.calls("PUT /v1/videos/").first)
    let message = try JSON.decode(CreateVideo.self, from: try #require(call.body))
    #expect(response.status == .accepted)
    #expect(response.headers[.location] == "http://localhost/api/videos/\(call.url.suffix(36))")
    #expect(response.headers[.eTag]?.hasPrefix("\"14-") == true)
    #expect(message.request == VideoRequest(prompt: "A red car", durationSeconds: 30))
    #expect(message.traceparent != nil)
    let token = String(try #require(call.headers[.authorization]).dropFirst(7))
    #expect(try Fixture.tokens.verify(token, for: .status).userId == "local")
  }

  @Test func everyFaultIsNamedAtOnce() async throws {
    let response = try await gateway.send(
      .post, "/api/videos",
      """
      {"prompt":" \\u200b","durationSeconds":301,"template":"nature_flim","model":"nothing","provider":"nobody",
       "aspectRatio":"4:3","continuity":1,"music":{"volume":2,"loud":true},"referenceAssetIds":["x"],
       "approval":"maybe","optimizeDuration":"no","budgetUSD":2.5,"seed":1.5,"duration":3}
      """)
    let problem = try problem(response)
    #expect(response.status.code == 422)
    #expect(
      Set(problem.errors.map(\.pointer)) == [
        "/prompt", "/durationSeconds", "/template", "/model", "/provider", "/aspectRatio", "/continuity",
        "/music/volume", "/music/loud", "/referenceAssetIds", "/approval", "/optimizeDuration", "/budgetUSD",
        "/seed", "/duration",
      ])
    #expect(problem.errors.first { $0.pointer == "/template" }?.detail.contains("nature_film") == true)
    #expect(problem.type == "http://localhost/docs/errors/invalid_request")
    #expect(gateway.services.calls("PUT").isEmpty)
  }

  @Test(arguments: ["", "{}", #"{"prompt":""}"#, #"{"prompt":null}"#]) func promptIsNeeded(_ body: String)
    async throws
  {
    let response = try await gateway.send(.post, "/api/videos", body)
    #expect([400, 422].contains(response.status.code))
    #expect(gateway.services.calls("PUT").isEmpty)
  }

  @Test func promptMayHave4000CharactersAndNotOneMore() async throws {
    let prompt = { (count: Int) in "{\"prompt\":\"\(String(repeating: "é", count: count))\"}" }
    #expect(try await gateway.send(.post, "/api/videos", prompt(4000)).status == .accepted)
    #expect(try await gateway.send(.post, "/api/videos", prompt(4001)).status.code == 422)
  }

  @Test func wrongTypeSizeAndSyntaxAreRefused() async throws {
    let form = try await gateway.send(.post, "/api/videos", "prompt=x", headers: [.contentType: "text/plain"])
    let large = try await gateway.send(.post, "/api/videos", "\"\(String(repeating: "x", count: 300_000))\"")
    let broken = try await gateway.send(.post, "/api/videos", "{\"prompt\":\"x\",}")
    #expect(form.status == .unsupportedMediaType)
    #expect(large.status == .contentTooLarge)
    #expect(broken.status == .badRequest)
    #expect(try problem(broken).detail.contains("line 1"))
  }

  @Test(arguments: ["/api/videos", "/api/videos/estimate"]) func dryRunAndEstimateStartNothing(_ path: String)
    async throws
  {
    let response = try await gateway.send(.post, path, #"{"prompt":"A red car","dryRun":true}"#)
    #expect(response.status == .ok)
    #expect(try object(response)["chunkCount"] == .number("6"))
    #expect(gateway.services.calls("PUT").isEmpty)
  }

  @Test(arguments: ["status", "planner"]) func neighbourThatIsAwayIs503(_ name: String) async throws {
    struct Away: Error {}
    gateway.services.on("PUT /v1/videos/") { _ in throw Away() }
    gateway.services.on("POST /v1/estimate") { _ in throw Away() }
    let path = name == "status" ? "/api/videos" : "/api/videos/estimate"
    let response = try await gateway.send(.post, path, #"{"prompt":"A red car"}"#)
    #expect(response.status == .serviceUnavailable)
    #expect(response.headers[.retryAfter] == "2")
    #expect(try problem(response).code == "\(name)_unavailable")
  }
}

struct IdempotencyTests {
  private let gateway = TestGateway()
  private let key: HTTPFields = [.idempotencyKey: "\"k-1\""]
  private let body = #"{"prompt":"A red car"}"#

  private func succeed() {
    gateway.services.on("PUT /v1/videos/") { call in
      var document = Fixture.document()
      document.id = try #require(VideoID(String(call.url.suffix(36))))
      return ServiceAnswer(status: 202, body: try JSON.encode(document))
    }
  }

  @Test func sameKeyAndBodyGetTheSameAnswerAndMakeNothing() async throws {
    succeed()
    let first = try await gateway.send(.post, "/api/videos", body, headers: key)
    let second = try await gateway.send(
      .post, "/api/videos", " {\"prompt\" : \"A red c\\u0061r\"}", headers: [.idempotencyKey: "k-1"])
    #expect(first.headers[.idempotencyReplayed] == nil)
    #expect(second.headers[.idempotencyReplayed] == "true")
    #expect(second.status == first.status)
    #expect(second.body == first.body)
    #expect(second.headers[.location] == first.headers[.location])
    #expect(gateway.services.calls("PUT").count == 1)
  }

  @Test func sameKeyWithAnotherBodyIs422() async throws {
    succeed()
    _ = try await gateway.send(.post, "/api/videos", body, headers: key)
    let response = try await gateway.send(.post, "/api/videos", #"{"prompt":"A blue car"}"#, headers: key)
    #expect(response.status.code == 422)
    #expect(try problem(response).code == "idempotency_key_reused")
  }

  @Test func retryAfterAFailureSendsTheSamePUT() async throws {
    struct Away: Error {}
    gateway.services.on("PUT /v1/videos/") { _ in throw Away() }
    #expect(try await gateway.send(.post, "/api/videos", body, headers: key).status == .serviceUnavailable)
    succeed()
    let response = try await gateway.send(.post, "/api/videos", body, headers: key)
    let urls = gateway.services.calls("PUT").map(\.url)
    #expect(response.status == .accepted)
    #expect(urls.count == 3, "the client repeats a call once")
    #expect(Set(urls).count == 1)
  }

  @Test func requestInFlightIs409() async throws {
    let request = KeyedRequest(
      userId: "local", key: "k-1",
      fingerprint: Idempotency.fingerprint(
        .init(
          head: .init(method: .post, scheme: nil, authority: nil, path: "/api/videos"),
          body: .init(buffer: .init())),
        "local", try JSONValue(parsing: Data(body.utf8))))
    _ = try await gateway.idempotency.begin(request, minting: UUID())
    let response = try await gateway.send(.post, "/api/videos", body, headers: key)
    #expect(response.status == .conflict)
    #expect(try problem(response).code == "idempotency_in_flight")
    #expect(gateway.services.calls("PUT").isEmpty)
  }

  @Test func refusalIsRepeatedToo() async throws {
    let refusal = try JSON.encode(Problem.conflict("It is completed.", code: "illegal_action"))
    gateway.services.on("PUT /v1/videos/") { _ in ServiceAnswer(status: 409, body: refusal) }
    let path = "/api/videos/\(Fixture.id)/approve"
    let first = try await gateway.send(.post, path, headers: key)
    let second = try await gateway.send(.post, path, headers: key)
    #expect(first.status == .conflict)
    #expect(second.status == .conflict)
    #expect(second.headers[.idempotencyReplayed] == "true")
    #expect(try problem(second).code == "illegal_action")
    #expect(gateway.services.calls("PUT").count == 1)
  }

  @Test(arguments: ["", "a b", "é", String(repeating: "x", count: 256)]) func strangeKeyIsRefused(
    _ key: String
  ) async throws {
    let response = try await gateway.send(.post, "/api/videos", body, headers: [.idempotencyKey: key])
    #expect(response.status == .badRequest)
  }
}

struct ReadTests {
  private let gateway = TestGateway()
  private var path: String { "/api/videos/\(Fixture.id)" }

  @Test func videoIsShownAsTheAPISaysWithNullsAndSignedLinks() async throws {
    try gateway.services.answer("GET /v1/videos/\(Fixture.id)", Fixture.document())
    let response = try await gateway.send(.get, path)
    let video = try object(response)
    #expect(response.status == .ok)
    let fields: Set = [
      "id", "title", "prompt", "status", "message", "progress", "version", "createdAt", "updatedAt",
      "durationSeconds", "provider", "model", "generation", "spec", "phases", "chunks", "urls", "waitingOn",
      "etaSeconds", "actions", "cost", "warnings", "promotedFrom", "delivery", "error",
    ]
    #expect(Set(video.keys) == fields)
    for name in ["title", "spec", "waitingOn", "promotedFrom", "delivery", "error"] {
      #expect(video[name] == .null)
    }
    guard case .object(let urls) = video["urls"], case .string(let link) = urls["productReference"],
      case .array(let chunks) = video["chunks"], case .object(let chunk) = chunks.first
    else {
      Issue.record("no urls or chunks")
      return
    }
    #expect(urls["final"] == .null)
    #expect(urls.count == 8)
    #expect(link.hasPrefix("http://localhost/media/\(Fixture.keys.productReference())?expires="))
    #expect(chunk["mode"] == .string("image-to-video"))
    #expect(chunk["lastFrameUrl"] == .null)
    #expect(chunk["seam"] == .null)
  }

  @Test func sameVersionIsNotSentTwice() async throws {
    try gateway.services.answer("GET /v1/videos/\(Fixture.id)", Fixture.document())
    let tag = try #require(try await gateway.send(.get, path).headers[.eTag])
    let response = try await gateway.send(.get, path, headers: [.ifNoneMatch: "\"x\", W/\(tag)"])
    #expect(response.status == .notModified)
    #expect(response.headers[.eTag] == tag)
    try gateway.services.answer("GET /v1/videos/\(Fixture.id)", Fixture.document(version: 15))
    #expect(try await gateway.send(.get, path, headers: [.ifNoneMatch: tag]).status == .ok)
  }

  @Test func unknownVideoAndWhatIsNoIdAre404() async throws {
    let missing = try JSON.encode(Problem.notFound("video"))
    gateway.services.on("GET /v1/videos/") { _ in ServiceAnswer(status: 404, body: missing) }
    for path in [path, "/api/videos/7", "/api/videos/%2e%2e", "\(path)/history", "\(path)/events"] {
      let response = try await gateway.send(.get, path)
      #expect(response.status == .notFound)
      #expect(try problem(response).code == "not_found")
    }
  }

  @Test func listGoesOnWithItsQueryAndNamesItsFaults() async throws {
    try gateway.services.answer(
      "GET /v1/videos?limit=2&q=a%20%2B%26", Page(items: [Fixture.document()], nextCursor: "c"))
    let response = try await gateway.send(.get, "/api/videos?limit=2&q=a%20%2B%26&other=1")
    #expect(response.status == .ok)
    #expect(try object(response)["nextCursor"] == .string("c"))
    let refused = try await gateway.send(.get, "/api/videos?limit=0&status=odd&sort=up")
    #expect(Set(try problem(refused).errors.map(\.pointer)) == ["/limit", "/status", "/sort"])
  }

  @Test func historyIsAListingWithNulls() async throws {
    let step = Transition(
      from: nil, to: "pending", at: Fixture.instant, actor: "user", version: 1, generation: 1, detail: nil)
    try gateway.services.answer("GET /v1/videos/\(Fixture.id)/history", Page(items: [step], nextCursor: nil))
    let response = try await gateway.send(.get, "\(path)/history")
    #expect(String(buffer: response.body).contains("\"from\":null"))
    #expect(try object(response)["nextCursor"] == .null)
  }
}

struct ChangeTests {
  private let gateway = TestGateway()
  private var path: String { "/api/videos/\(Fixture.id)" }

  @Test func changeCarriesTheExpectedVersion() async throws {
    try gateway.services.answer("PATCH /v1/videos/", Fixture.document())
    let response = try await gateway.send(
      .patch, path, #"{"title":"Dusk","budgetUSD":"2.50"}"#, headers: [.ifMatch: "\"14-1800004500\""])
    let body = try #require(gateway.services.calls("PATCH").first?.body)
    #expect(response.status == .ok)
    #expect(
      try JSON.decode(ChangeVideo.self, from: body)
        == ChangeVideo(title: "Dusk", budgetUSD: MicroDollars(2_500_000), expectedVersion: 14))
  }

  @Test func tagThatWasNeverOursIs412() async throws {
    let response = try await gateway.send(.patch, path, #"{"title":"x"}"#, headers: [.ifMatch: "\"abc\""])
    #expect(response.status == .preconditionFailed)
  }

  @Test(arguments: ["approve", "cancel", "retry", "mix"]) func actionIsPutToStatus(_ action: String)
    async throws
  {
    try gateway.services.answer("PUT /v1/videos/\(Fixture.id)/actions/", Fixture.document(), status: 202)
    let response = try await gateway.send(.post, "\(path)/\(action)")
    let body = try #require(gateway.services.calls("PUT").first?.body)
    #expect(response.status == .accepted)
    #expect(response.headers[.location] == "http://localhost\(path)")
    #expect(try JSON.decode(ActOnVideo.self, from: body).action.rawValue == action)
  }

  @Test func actionRefusesFieldsThatItDoesNotKnow() async throws {
    let response = try await gateway.send(.post, "\(path)/retry", #"{"force":true}"#)
    #expect(response.status.code == 422)
    #expect(gateway.services.calls("PUT").isEmpty)
  }

  @Test func retryRaisesTheCapFirstAndDryRunOnlyPrices() async throws {
    try gateway.services.answer("PUT /v1/videos/\(Fixture.id)/actions/", Fixture.document(), status: 202)
    try gateway.services.answer("PATCH /v1/videos/", Fixture.document())
    try gateway.services.answer("GET /v1/videos/", Fixture.document())
    try gateway.services.answer("POST /v1/estimate", Fixture.estimate)
    let priced = try await gateway.send(.post, "\(path)/retry", #"{"dryRun":true,"budgetUSD":"1"}"#)
    #expect(priced.status == .ok)
    #expect(gateway.services.calls("P").map(\.method) == [.post])
    let retried = try await gateway.send(.post, "\(path)/retry", #"{"budgetUSD":"1"}"#)
    #expect(retried.status == .accepted)
    #expect(gateway.services.calls("P").map(\.method) == [.post, .patch, .put])
  }

  @Test func erasingTwiceIsTheSameAction() async throws {
    try gateway.services.answer("PUT /v1/videos/\(Fixture.id)/actions/", ["status": "erasing"], status: 202)
    for _ in 0..<2 {
      let response = try await gateway.send(.delete, path)
      #expect(response.status == .accepted)
      #expect(response.headers[.location] == "http://localhost/api/deletions/\(Fixture.id)")
    }
    #expect(Set(gateway.services.calls("PUT").map(\.url)).count == 1)
  }

  @Test func receiptIsReadable() async throws {
    try gateway.services.answer(
      "GET /v1/deletions/\(Fixture.id)",
      DeletionReceipt(status: "erasing", requestedAt: Fixture.instant, finishedAt: nil, waitingFor: [.chunks])
    )
    let receipt = try object(try await gateway.send(.get, "/api/deletions/\(Fixture.id)"))
    #expect(receipt["finishedAt"] == .null)
    #expect(receipt["waitingFor"] == .array([.string("chunks")]))
  }

  @Test func wrongMethodNamesTheRightOnes() async throws {
    let response = try await gateway.send(.put, path)
    #expect(response.status == .methodNotAllowed)
    #expect(response.headers[.allow] == "DELETE, GET, HEAD, PATCH")
  }
}

struct CatalogueTests {
  private let gateway = TestGateway()

  @Test func modelsAreListedAndConditional() async throws {
    let response = try await gateway.send(.get, "/api/models")
    #expect(response.status == .ok)
    #expect(String(buffer: response.body).contains("\"animatic\""))
    let tag = try #require(response.headers[.eTag])
    #expect(try await gateway.send(.get, "/api/models", headers: [.ifNoneMatch: tag]).status == .notModified)
  }

  @Test func machinesCanBeDrawn() async throws {
    let machine = MachineDescription(
      name: "video",
      states: [
        .init(name: "pending", order: 0, message: "Waiting", progressFloor: 0, terminal: false),
        .init(name: "completed", order: 7, message: "Done", progressFloor: 100, terminal: true),
      ], edges: [.init(from: "pending", to: "completed", by: "conductor")])
    try gateway.services.answer("GET /v1/machines", [machine])
    let text = String(buffer: try await gateway.send(.get, "/api/machines?format=mermaid").body)
    #expect(text.hasPrefix("stateDiagram-v2\n"))
    #expect(text.contains("video_pending --> video_completed: conductor"))
    #expect(text.contains("[*] --> video_pending"))
    #expect(try await gateway.send(.get, "/api/machines?format=svg").status.code == 422)
  }

  @Test func everyTypeOfAProblemLeadsSomewhere() async throws {
    let refused = try problem(try await gateway.send(.get, "/api/videos/7"))
    let path = refused.type.dropFirst("http://localhost".count)
    #expect(try await gateway.send(.get, String(path)).status == .ok)
  }

  @Test func whoAsksIsTheDevelopmentUser() async throws {
    let me = try object(try await gateway.send(.get, "/api/me"))
    #expect(me["id"] == .string("local"))
    #expect(me["auth"] == .string("dev"))
  }
}
