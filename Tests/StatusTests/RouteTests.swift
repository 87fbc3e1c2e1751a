import Contracts
import FoundationEssentials
import HTTPTypes
import Harness
import Hummingbird
import HummingbirdTesting
import NIOCore
import ServiceKit
import Testing

@testable import Status

struct RouteTests {
  private static let tokens = ServiceTokens(secret: Secret("0123456789abcdef0123456789abcdef"))

  /// A client of Status' routes, on behalf of a user.
  private struct Door {
    let client: any TestClientProtocol
    let user: String

    func call<Answer: Decodable>(
      _ method: HTTPRequest.Method, _ path: String, _ body: (any Encodable)? = nil,
      expecting status: HTTPResponse.Status = .ok, as type: Answer.Type = Answer.self
    ) async throws -> Answer {
      let token = try RouteTests.tokens.mint(from: .gateway, to: .status, user: user)
      let headers: HTTPFields = [.authorization: "Bearer \(token)", .contentType: "application/json"]
      let data = try body.map { ByteBuffer(bytes: try JSON.encode($0)) }
      let answer = try await client.execute(uri: "/v1" + path, method: method, headers: headers, body: data)
      #expect(answer.status == status, "\(String(buffer: answer.body))")
      return try JSON.decode(type, from: Data(answer.body.readableBytesView))
    }
  }

  private func withDoor(_ body: @escaping @Sendable (Door, RunStore) async throws -> Void) async throws {
    try await withStatus { store in
      let routes = [VideoRoutes(store: store).routes, FeedRoutes(store: store).routes]
      let router = Assembly(tokens: Self.tokens, routes: routes)
        .router(identity: Status.identity, health: Health(checks: []))
      try await Application(router: router).test(.router) { client in
        try await body(Door(client: client, user: "ada"), store)
      }
    }
  }

  @Test func videoIsCreatedReadAndListed() async throws {
    try await withDoor { door, _ in
      let id = VideoID.random()
      let made: VideoDocument = try await door.call(
        .put, "/videos/\(id)", CreateVideo.car(), expecting: .accepted)
      #expect(made.status == .pending && made.version == 1 && made.actions == ["cancel"])
      let again: VideoDocument = try await door.call(
        .put, "/videos/\(id)", CreateVideo.car(), expecting: .accepted)
      #expect(again == made)
      let read: VideoDocument = try await door.call(.get, "/videos/\(id)")
      #expect(read == made)
      let list: Page<VideoDocument> = try await door.call(.get, "/videos?limit=1&q=vintage&sort=oldest")
      #expect(list.items.map(\.id) == [id])
    }
  }

  @Test func otherRequestUnderTheSameIdIsRefused() async throws {
    try await withDoor { door, store in
      let id = try await store.begin()
      let problem: Problem = try await door.call(
        .put, "/videos/\(id)", CreateVideo.car(prompt: "Else"), expecting: .conflict)
      #expect(problem.code == "id_taken")
    }
  }

  @Test func illegalActionNamesTheLegalOnes() async throws {
    try await withDoor { door, store in
      let id = try await store.begin()
      let problem: Problem = try await door.call(
        .put, "/videos/\(id)/actions/\(ActionID.random())", ActOnVideo(action: .approve), expecting: .conflict
      )
      #expect(problem.code == "illegal_action")
      #expect(problem.detail.contains("cancel, delete"))
    }
  }

  @Test func staleActionFailsItsPrecondition() async throws {
    try await withDoor { door, store in
      let id = try await store.begin()
      let message = ActOnVideo(action: .cancel, expectedVersion: 7)
      let problem: Problem = try await door.call(
        .put, "/videos/\(id)/actions/\(ActionID.random())", message, expecting: .preconditionFailed)
      #expect(problem.code == "version_mismatch")
    }
  }

  @Test func deletionHandsOutAReceipt() async throws {
    try await withDoor { door, store in
      let id = try await store.begin()
      let receipt: DeletionReceipt = try await door.call(
        .put, "/videos/\(id)/actions/\(ActionID.random())", ActOnVideo(action: .delete), expecting: .accepted)
      #expect(receipt.status == "erasing")
      let read: DeletionReceipt = try await door.call(.get, "/deletions/\(id)")
      #expect(read.waitingFor == ServiceName.executing)
      let problem: Problem = try await door.call(.get, "/videos/\(id)", expecting: .notFound)
      #expect(problem.code == "not_found")
    }
  }

  @Test(arguments: [
    "/videos?limit=0", "/videos?limit=101", "/videos?cursor=x", "/videos?status=done", "/videos?sort=up",
    "/feed?after=-1", "/feed?after=x", "/feed?limit=0", "/feed?id=x",
  ])
  func wrongQueryIsNamed(path: String) async throws {
    try await withDoor { door, _ in
      let problem: Problem = try await door.call(.get, path, expecting: .unprocessableContent)
      #expect(problem.errors.count == 1)
    }
  }

  @Test(arguments: ["", "/history", "/ledger"])
  func whatBelongsToAnotherIsNotThere(path: String) async throws {
    try await withDoor { door, store in
      let id = try await store.begin(user: "eve")
      let problem: Problem = try await door.call(.get, "/videos/\(id)\(path)", expecting: .notFound)
      #expect(problem.code == "not_found")
    }
  }

  @Test func historyLedgerFeedAndMachinesAreServed() async throws {
    try await withDoor { door, store in
      let id = try await store.begin()
      let history: Page<Transition> = try await door.call(.get, "/videos/\(id)/history")
      #expect(history.items.map(\.to) == ["pending"])
      let ledger: Page<LedgerEntry> = try await door.call(.get, "/videos/\(id)/ledger")
      #expect(ledger.items.map(\.kind) == [.reserve])
      let feed: FeedPage = try await door.call(.get, "/feed?after=0&limit=10&type=video&id=\(id)")
      #expect(feed.entries.map(\.seq) == [1])
      let machines: [MachineDescription] = try await door.call(.get, "/machines")
      #expect(machines.map(\.name) == ["video", "task"])
    }
  }

  @Test func callWithoutATokenIsRefused() async throws {
    try await withDoor { door, _ in
      let answer = try await door.client.execute(uri: "/v1/videos", method: .get)
      #expect(answer.status == .unauthorized)
    }
  }
}
