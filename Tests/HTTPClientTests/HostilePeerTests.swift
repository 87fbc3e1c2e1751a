import FoundationEssentials
import HTTPClient
import HTTPTypes
import Harness
import Testing

/// Peers that refuse, stall, lie or never stop.
@Suite(.timeLimit(.minutes(1)))
struct HostilePeerTests {
  private let client = HTTPClient()

  private func failure(
    _ script: @escaping HTTPStub.Script, _ change: (inout OutgoingRequest) -> Void = { _ in }
  ) async throws -> TransferError {
    try await HTTPStub.with(script) { _, url in
      var request = OutgoingRequest(method: .get, url: url)
      change(&request)
      return try #require(await #expect(throws: TransferError.self) { try await client.send(request) })
    }
  }

  @Test func refusedConnectionProvesThatNothingWasSent() async throws {
    try await withRefusingPort { port in
      let request = OutgoingRequest(method: .post, url: "http://127.0.0.1:\(port)")
      let error = try #require(await #expect(throws: TransferError.self) { try await client.send(request) })
      #expect(error.kind == .transport)
      #expect(!error.reachedPeer)
      #expect(error.isTransient)
    }
  }

  @Test func peerThatNeverAcceptsTimesOutBeforeTheRequest() async throws {
    try await withUnansweringPort { port in
      var request = OutgoingRequest(method: .post, url: "http://127.0.0.1:\(port)")
      request.connectTimeout = .milliseconds(200)
      let error = try #require(await #expect(throws: TransferError.self) { try await client.send(request) })
      #expect(error.kind == .timedOut)
      #expect(!error.reachedPeer)
    }
  }

  @Test func silentPeerTimesOutAfterTheRequest() async throws {
    let error = try await failure({ _ in [] }) { $0.timeout = .milliseconds(200) }
    #expect(error.kind == .timedOut)
    #expect(error.reachedPeer)
  }

  @Test func stalledHandshakeTimesOutBeforeTheRequest() async throws {
    let error = try await failure({ _ in [] }) {
      $0.url = $0.url.replacing("http:", with: "https:")
      $0.connectTimeout = .milliseconds(200)
    }
    #expect(error.kind == .timedOut)
    #expect(!error.reachedPeer)
  }

  @Test func stalledBodyEndsBeforeTheTotalTimeout() async throws {
    let error = try await failure({ _ in [.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")] }) {
      $0.stallTimeout = .seconds(1)
    }
    #expect(error.kind == .timedOut)
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "HTTP/1.1 2", "no protocol at all\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "",
    "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
  ])
  func brokenAnswerIsATransportError(_ answer: String) async throws {
    let error = try await failure({ _ in [.send(answer), .close] })
    #expect(error.kind == .transport)
    #expect(error.reachedPeer)
  }

  @Test func slowHeaderTimesOut() async throws {
    let error = try await failure({ _ in [.send("HTTP/1.1 200 OK\r\nX-Slow:")] }) {
      $0.timeout = .milliseconds(200)
    }
    #expect(error.kind == .timedOut)
  }

  @Test(arguments: [
    "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n",
  ])
  func bodyBeyondTheLimitIsRefused(_ head: String) async throws {
    let error = try await failure({ _ in [.send(head), .repeatForever(String(repeating: "x", count: 500))] })
    {
      $0.maximumResponseBytes = 1000
    }
    #expect(error.kind == .tooLarge)
    #expect(!error.isTransient)
  }

  @Test func bodyOfExactlyTheLimitIsTaken() async throws {
    try await HTTPStub.with({ _ in HTTPStub.answer(String(repeating: "x", count: 1000)) }) { _, url in
      var request = OutgoingRequest(method: .get, url: url)
      request.maximumResponseBytes = 1000
      let answer = try await client.send(request)
      #expect(answer.body.count == 1000)
    }
  }

  @Test func endlessHeadersAreRefused() async throws {
    let field = "X-Filler: \(String(repeating: "x", count: 1000))\r\n"
    let error = try await failure({ _ in [.send("HTTP/1.1 200 OK\r\n"), .repeatForever(field)] })
    #expect(error.kind == .tooLarge)
  }
}
