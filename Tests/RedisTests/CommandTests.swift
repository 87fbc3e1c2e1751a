import FoundationEssentials
import Harness
import Redis
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CommandTests {
  @Test(arguments: [
    Data(), Data([0, 13, 10, 0]), Data("*1\r\n$4\r\nPING\r\n".utf8), Data((0...255).map { UInt8($0) }),
    Data(repeating: 0xFF, count: 2_000_000),
  ])
  func anyBytesComeBackUnchanged(_ value: Data) async throws {
    try await withClient { client, _ in
      let key = Data("key".utf8)
      let stored = try await client.command([Data("SET".utf8), key, value])
      #expect(stored == .status("OK"))
      let reply = try await client.command([Data("GET".utf8), key])
      #expect(reply == .string(value))
    }
  }

  @Test func everyKindOfReplyIsTold() async throws {
    try await withClient { client, _ in
      let script = "return {1, 'a', false, {ok='fine'}, {err='BAD luck'}, {}}"
      let reply = try await client.command("EVAL", script, "0")
      #expect(
        reply
          == .array([
            .integer(1), .string(Data("a".utf8)), .null, .status("fine"), .error("BAD luck"), .array([]),
          ]))
    }
  }

  @Test func pipelineKeepsTheOrder() async throws {
    try await withClient { client, _ in
      let replies = try await client.pipeline((1...2000).map { _ in ["INCR", "n"] })
      #expect(replies == (1...2000).map { .integer($0) })
    }
  }

  @Test func errorInAPipelineLeavesTheOthersAlone() async throws {
    try await withClient { client, _ in
      let replies = try await client.pipeline([["SET", "a", "x"], ["INCR", "a"], ["GET", "a"]])
      #expect(replies[0] == .status("OK"))
      #expect(throws: RedisError.self) { try replies[1].value() }
      #expect(replies[2].text == "x")
    }
  }

  @Test func errorReplyIsThrownByItsFirstWord() async throws {
    try await withClient { client, _ in
      try await client.command("SET", "a", "x")
      let error = await #expect(throws: RedisError.self) { try await client.command("LPUSH", "a", "y") }
      #expect(error?.code == .server("WRONGTYPE"))
      #expect(error?.isTransient == false)
    }
  }

  @Test func everyCallerGetsItsOwnReply() async throws {
    try await withClient { client, _ in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<100 {
          group.addTask { try await client.command("ECHO", "\(number)").text == "\(number)" }
        }
        for try await isRight in group { #expect(isRight) }
      }
    }
  }

  @Test func databaseOfTheURLIsChosen() async throws {
    try await withClient { client, server in
      let other = try makeClient("\(server.url)?db=3")
      try await other.command("SET", "a", "x")
      await other.close()
      let here = try await client.command("GET", "a")
      #expect(here == .null)
    }
  }

  @Test(arguments: ["unix://", "unix://:wrong@localhost", "unix://nobody:secret@localhost"])
  func refusedCredentialsAreAClearSentence(_ prefix: String) async throws {
    try await withClient { client, server in
      try await client.command("CONFIG", "SET", "requirepass", "secret")
      let stranger = try makeClient(prefix + server.socket)
      let error = await #expect(throws: RedisError.self) { try await stranger.ping() }
      #expect(error?.code == .authentication)
      #expect(error?.message.hasPrefix("Redis refused the credentials of its URL: ") == true)
      #expect(error?.isTransient == false)
    }
  }

  @Test func rightPasswordIsTaken() async throws {
    try await withClient { client, server in
      try await client.command("CONFIG", "SET", "requirepass", "se:c@ret")
      let friend = try makeClient("unix://:se%3Ac%40ret@localhost" + server.socket)
      try await friend.ping()
      await friend.close()
    }
  }
}
