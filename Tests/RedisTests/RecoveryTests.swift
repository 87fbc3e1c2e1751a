import Harness
import Redis
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RecoveryTests {
  @Test func clientComesBackAfterTheServerWasKilled() async throws {
    try await withClient { client, server in
      try await client.ping()
      try await server.kill()
      let error = await #expect(throws: RedisError.self) { try await client.ping() }
      #expect(error?.code == .connection)
      try await server.start()
      try await recover { () throws(RedisError) in try await client.ping() }
    }
  }

  @Test func connectionThatWasClosedWhileIdleIsReplacedUnnoticed() async throws {
    try await withClient { client, server in
      try await client.ping()
      let other = try makeClient(server.url)
      try await other.command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
      try await client.ping()
      await other.close()
    }
  }

  @Test func cancelledCommandLeavesTheClientUsable() async throws {
    try await withClient { client, _ in
      let task = Task { try await client.command("DEBUG", "SLEEP", "0") }
      task.cancel()
      _ = await task.result
      try await client.ping()
    }
  }

  @Test func closedClientRefusesEverything() async throws {
    try await withClient { client, _ in
      try await client.ping()
      await client.close()
      let error = await #expect(throws: RedisError.self) { try await client.ping() }
      #expect(error?.code == .closed)
      for await _ in client.subscribe(["a"]) { Issue.record("a closed client listens") }
    }
  }
}
