import FoundationEssentials
import Testing

@testable import Harness

@Suite(.timeLimit(.minutes(5)))
struct HarnessTests {
  @Test func redisStartsDiesAndStartsAgain() async throws {
    try await withRedis { server in
      #expect(try await ask(server, "SET", "key", "value") == "+OK\r\n")
      try await server.flush()
      #expect(try await ask(server, "EXISTS", "key") == ":0\r\n")
      try await server.kill()
      #expect(throws: SystemCallFailed.self) { try Socket.connected(toPath: server.socket) }
      try await server.start()
      let answer = try await ask(server, "PING")
      #expect(answer == "+PONG\r\n")
    }
  }

  @Test func redisLeavesNothingBehind() async throws {
    let socket = try await withRedis { $0.socket }
    #expect(!FileManager.default.fileExists(atPath: String(socket.dropLast("/redis.sock".count))))
  }

  @Test func aServerThatDoesNotStartTellsWhy() async throws {
    let directory = try temporaryDirectory("test")
    let error = await #expect(throws: StartFailed.self) {
      try await ChildProcess.start(
        ["/bin/sh", "-c", "echo it is broken; exit 3"], directory: directory, untilItPrints: "ready")
    }
    #expect(error?.description.contains("it is broken") == true)
  }

  @Test func theStubAnswersRequestsOnOneConnection() async throws {
    try await withSocketStub({ number in
      [.readRequest, .respond(200, "\(number)"), .readRequest, .respond(404)]
    }) { stub in
      let socket = try Socket.connecting(to: stub.port)
      try await stub.connected.wait()
      try await socket.write(
        Array("POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /x HTTP/1.1\r\n\r\n".utf8))
      var answer = ""
      while true {
        let bytes = try await socket.read()
        if bytes.isEmpty { break }
        answer += String(decoding: bytes, as: UTF8.self)
      }
      #expect(answer.hasPrefix("HTTP/1.1 200 Stub\r\nContent-Length: 1\r\n\r\n0HTTP/1.1 404"))
      #expect(stub.requests.map { $0.suffix(2) } == ["hi", "\r\n\r\n"])
      #expect(stub.acceptedConnections == 1)
    }
  }

  @Test func aSignalThatNeverFiresEndsTheWait() async throws {
    let signal = Signal()
    signal.fire()
    try await signal.wait()
    await #expect(throws: WaitTimedOut.self) { try await signal.wait(count: 2, timeout: .milliseconds(20)) }
  }

  @Test func theTestClockWakesWhoIsDue() async throws {
    let clock = TestClock()
    let sleeper = Task { try await clock.sleep(for: .seconds(60)) }
    let other = Task { try await clock.sleep(for: .seconds(61)) }
    try await clock.slept.wait(count: 2)
    clock.advance(by: .seconds(60))
    try await sleeper.value
    other.cancel()
    await #expect(throws: CancellationError.self) { try await other.value }
  }

  /// What a Redis answers to one command.
  private func ask(_ server: RedisServer, _ words: String...) async throws -> String {
    let socket = try Socket.connected(toPath: server.socket)
    let command = words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()
    try await socket.write(Array("*\(words.count)\r\n\(command)".utf8))
    return String(decoding: try await socket.read(), as: UTF8.self)
  }
}
