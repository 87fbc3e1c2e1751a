import Harness
import Redis
import Testing

/// Peers that take the connection and then do not behave like Redis.
@Suite(.timeLimit(.minutes(1)))
struct HostilePeerTests {
  /// A client of a stub whose first connection answers the greeting and then `first`, later ones `+OK`.
  private func withClient(
    first: [SocketStub.Step], timeout: Duration = .seconds(10), _ body: (RedisClient) async throws -> Void
  ) async throws {
    let script: SocketStub.Script = { number in
      number == 0 ? [.send("+PONG\r\n")] + first : [.send("+PONG\r\n+OK\r\n"), .stall]
    }
    try await withSocketStub(script) { stub in
      let client = try makeClient("redis://127.0.0.1:\(stub.port)", timeout: timeout)
      try await body(client)
      await client.close()
    }
  }

  @Test(arguments: [
    (["?what\r\n"], RedisError.Code.protocolViolation),
    (["HTTP/1.1 400 Bad Request\r\n\r\n"], .protocolViolation),
    ([String(repeating: "*1\r\n", count: 20)], .protocolViolation), (["$-7\r\n"], .protocolViolation),
    ([":12a\r\n"], .protocolViolation), (["*4294967296\r\n"], .protocolViolation),
    (["$10\r\nabc"], .connection), (["*2\r\n$1\r\na\r\n"], .connection), ([], .connection),
  ])
  func brokenReplyIsAnErrorAndThenAReconnect(_ replies: [String], _ code: RedisError.Code) async throws {
    let end: SocketStub.Step = code == .connection ? .close : .stall
    try await withClient(first: replies.map { .send($0) } + [end]) { client in
      let error = await #expect(throws: RedisError.self) { try await client.command("GET", "a") }
      #expect(error?.code == code)
      #expect(error?.isTransient == true)
      let reply = try await client.command("SET", "a", "b")
      #expect(reply == .status("OK"))
    }
  }

  @Test func silentPeerTimesOutAndIsLeft() async throws {
    try await withClient(first: [.stall], timeout: .seconds(1)) { client in
      let error = await #expect(throws: RedisError.self) { try await client.command("GET", "a") }
      #expect(error?.code == .timedOut)
      try await recover { () throws(RedisError) in try await client.command("SET", "a", "b") }
    }
  }

  @Test func replyInPiecesIsPutTogether() async throws {
    let pieces: SocketStub.Step = .sendSlowly(
      Array("$5\r\nhello\r\n".utf8), size: 1, pause: .milliseconds(1))
    try await withClient(first: [pieces, .stall]) { client in
      let reply = try await client.command("GET", "a")
      #expect(reply.text == "hello")
    }
  }

  @Test func refusedConnectionFailsFastUntilTheNextAttempt() async throws {
    try await withRefusingPort { port in
      let client = try makeClient("redis://127.0.0.1:\(port)")
      for _ in 0..<20 {
        let error = await #expect(throws: RedisError.self) { try await client.ping() }
        #expect(error?.code == .connection)
        #expect(error?.isTransient == true)
      }
    }
  }

  @Test func peerThatNeverAcceptsTimesOut() async throws {
    try await withUnansweringPort { port in
      let client = try makeClient("redis://127.0.0.1:\(port)", timeout: .milliseconds(300))
      let error = await #expect(throws: RedisError.self) { try await client.ping() }
      #expect(error?.code == .timedOut)
    }
  }

  @Test func unknownHostIsATransientError() async throws {
    let client = try makeClient("redis://no-such-host.invalid")
    let error = await #expect(throws: RedisError.self) { try await client.ping() }
    #expect(error?.code == .connection)
  }
}
