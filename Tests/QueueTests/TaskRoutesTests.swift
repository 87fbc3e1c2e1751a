import Contracts
import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Postgres
import ServiceKit
import Testing

@testable import Queue

struct TaskRoutesTests {
  static let tokens = ServiceTokens(secret: Secret("0123456789abcdef0123456789abcdef"))

  /// Calls the routes of an audio service as Status for ada.
  private func withRoutes(
    forget: @escaping Worker.Forget = { _ in },
    _ body: @escaping @Sendable (any TestClientProtocol, TaskStore) async throws -> Void
  ) async throws {
    try await withTasks { store, pool in
      let routes = TaskRoutes(
        store: store, outbox: Outbox(pool: pool), phases: [.music, .mix], forget: forget)
      let assembly = Assembly(tokens: Self.tokens, routes: [routes.routes])
      let router = assembly.router(
        identity: ServiceIdentity(.audio, version: "0"), health: Health(checks: []))
      try await Application(router: router).test(.router) { try await body($0, store) }
    }
  }

  private func call(
    _ client: any TestClientProtocol, _ method: HTTPRequest.Method, _ path: String, body: Data? = nil,
    user: String? = "ada"
  ) async throws -> TestResponse {
    let token = try Self.tokens.mint(from: .status, to: .audio, user: user)
    let headers: HTTPFields = [.authorization: "Bearer \(token)", .contentType: "application/json"]
    return try await client.executeRequest(
      uri: path, method: method, headers: headers, body: body.map { ByteBuffer(bytes: $0) })
  }

  private func put(
    _ command: TaskCommand, at id: TaskID? = nil, user: String? = "ada", _ client: any TestClientProtocol
  ) async throws -> Int {
    let path = "/v1/tasks/\(id ?? command.taskId)"
    return try await call(client, .put, path, body: try JSON.encode(command), user: user).status.code
  }

  @Test func commandIsAcceptedAndItsRepetitionIsHarmless() async throws {
    try await withRoutes { client, _ in
      let command = command()
      for _ in 0..<2 {
        #expect(try await put(command, client) == 200)
      }
      let answer = try await call(client, .get, "/v1/tasks/\(command.taskId)")
      let report = try JSON.decode(TaskReport.self, from: Data(answer.body.readableBytesView))
      #expect(report.taskId == command.taskId)
    }
  }

  @Test func commandThatDoesNotBelongHereIsRefused() async throws {
    try await withRoutes { client, _ in
      let own = command()
      var foreign = command()
      foreign.input = .plan(PlanInput(request: VideoRequest(prompt: "a car")))
      var other = own
      other.userId = "ada2"
      var codes = [
        try await put(foreign, client), try await put(command(), at: own.taskId, client),
        try await put(own, user: "bob", client), try await put(own, client),
      ]
      codes.append(try await put(other, user: nil, client))
      #expect(codes == [422, 422, 422, 200, 409])
    }
  }

  @Test func onlyServicesMayCall() async throws {
    try await withRoutes { client, _ in
      let answer = try await client.executeRequest(uri: "/v1/facts", method: .get, headers: [:], body: nil)
      #expect(answer.status == .unauthorized)
    }
  }

  @Test func cancelOfAWaitingTaskIsAnsweredWithItsEnd() async throws {
    try await withRoutes { client, store in
      let command = command()
      _ = try await store.submit(command)
      let path = "/v1/tasks/\(command.taskId)/requested-status"
      let signal = try JSON.encode(TaskSignal(requestedStatus: .cancel))
      let answer = try await call(client, .put, path, body: signal)
      #expect(answer.status == .ok)
      #expect(try await store.report(command.taskId).state == .canceled)
    }
  }

  @Test func factsArePagedByTheirCursor() async throws {
    try await withRoutes { client, store in
      _ = try await store.submit(command())
      let task = try await store.claimOne()
      _ = try await store.progress(task.fence, 5, owner: "one")
      _ = try await Outbox(pool: store.pool).settled(1)
      let answer = try await call(client, .get, "/v1/facts?limit=10")
      let page = try JSON.decode(FactPage.self, from: Data(answer.body.readableBytesView))
      #expect(page.facts.count == 1)
      let refused = try await call(client, .get, "/v1/facts?after=nonsense")
      #expect(refused.status == .badRequest)
      let rest = try await call(client, .get, "/v1/facts?after=\(page.next)")
      let restPage = try JSON.decode(FactPage.self, from: Data(rest.body.readableBytesView))
      #expect(restPage.facts.isEmpty)
    }
  }

  @Test func deletedRunRefusesLaterCommands() async throws {
    try await withRoutes { client, store in
      let command = command()
      _ = try await store.submit(command)
      for _ in 0..<2 {
        let answer = try await call(client, .delete, "/v1/runs/\(command.runId)")
        #expect(answer.status == .noContent)
      }
      let late = try await put(command, client)
      let answer = try await call(client, .get, "/v1/tasks/\(command.taskId)")
      #expect([late, answer.status.code] == [410, 404])
    }
  }
}
