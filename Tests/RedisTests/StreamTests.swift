import Harness
import Redis
import Testing

@Suite(.timeLimit(.minutes(1)))
struct StreamTests {
  private func read(
    _ client: RedisClient, consumer: String = "one", pending: Bool = false, block: Duration = .milliseconds(1)
  ) async throws(RedisError) -> [StreamEntry] {
    try await client.readGroup(
      stream: ["facts"], group: "status", consumer: consumer, count: 10, block: block, pending: pending)
  }

  /// Asks the server, which alone knows.
  private func waitForABlockedReader(_ client: RedisClient) async throws {
    while try await client.command("CLIENT", "LIST").text?.contains("flags=b") != true {}
  }

  private func withGroup(_ body: (RedisClient, RedisServer) async throws -> Void) async throws {
    try await withClient { client, server in
      #expect(try await client.createGroup("status", on: "facts"))
      try await body(client, server)
    }
  }

  @Test func entryIsPendingUntilItIsAcknowledged() async throws {
    try await withGroup { client, _ in
      let ids = try await client.appendAll(to: "facts", entries: [[("id", "1"), ("run", "é\r\n")]])
      let fresh = try await read(client)
      #expect(fresh == [StreamEntry(stream: "facts", id: ids[0], fields: ["id": "1", "run": "é\r\n"])])
      let pending = try await read(client, pending: true)
      #expect(pending == fresh)
      let acknowledged = try await client.acknowledge(stream: "facts", group: "status", ids: ids + ids)
      #expect(acknowledged == 1)
      let rest = try await read(client, pending: true)
      #expect(rest.isEmpty)
    }
  }

  @Test func consumersShareAGroup() async throws {
    try await withGroup { client, _ in
      try await client.appendAll(to: "facts", entries: (0..<15).map { [("n", "\($0)")] })
      let one = try await read(client)
      let two = try await read(client, consumer: "two")
      #expect((one + two).compactMap { $0.fields["n"] } == (0..<15).map(String.init))
    }
  }

  @Test func missingGroupIsMadeAndTold() async throws {
    try await withClient { client, _ in
      try await client.appendAll(to: "facts", entries: [[("n", "before")]])
      let error = await #expect(throws: RedisError.self) { try await read(client) }
      #expect(error?.code == .groupWasMissing)
      let entries = try await read(client)
      #expect(entries.map(\.fields) == [["n": "before"]])
    }
  }

  @Test func flushedServerIsToldToAReaderThatWaits() async throws {
    try await withGroup { client, server in
      try await client.appendAll(to: "facts", entries: [[("n", "1")]])
      _ = try await read(client)
      let waiting = Task { try await read(client, block: .seconds(20)) }
      try await waitForABlockedReader(client)
      try await server.flush()
      try await client.appendAll(to: "facts", entries: [[("n", "2")]])
      let error = await #expect(throws: RedisError.self) { try await waiting.value }
      #expect(error?.code == .groupWasMissing)
      let entries = try await read(client)
      #expect(entries.map(\.fields) == [["n": "2"]])
    }
  }

  @Test func trimmedEntryIsToldAsDeleted() async throws {
    try await withGroup { client, _ in
      try await client.appendAll(to: "facts", entries: [[("n", "1")], [("n", "2")]])
      _ = try await read(client)
      try await client.command("XTRIM", "facts", "MAXLEN", "1")
      let pending = try await read(client, pending: true)
      #expect(pending.map(\.wasDeleted) == [true, false])
    }
  }

  @Test func abandonedEntriesAreClaimedAndDeletedOnesSurface() async throws {
    try await withGroup { client, _ in
      let ids = try await client.appendAll(to: "facts", entries: [[("n", "1")], [("n", "2")]])
      _ = try await read(client)
      try await client.command("XDEL", "facts", ids[0])
      let claimed = try await client.autoclaim(
        stream: "facts", group: "status", consumer: "two", minimumIdle: .zero)
      #expect(claimed.entries.map(\.id) == [ids[1]])
      #expect(claimed.deletedIDs == [ids[0]])
      #expect(claimed.next == "0-0")
    }
  }

  @Test func claimingFromAMissingGroupMakesIt() async throws {
    try await withClient { client, _ in
      let error = await #expect(throws: RedisError.self) {
        try await client.autoclaim(stream: "facts", group: "status", consumer: "two", minimumIdle: .zero)
      }
      #expect(error?.code == .groupWasMissing)
      let made = try await client.createGroup("status", on: "facts")
      #expect(!made)
    }
  }

  @Test func waitingReaderHoldsNobodyUpAndIsCancelled() async throws {
    try await withGroup { client, _ in
      let waiting = Task { try await read(client, block: .seconds(50)) }
      try await waitForABlockedReader(client)
      waiting.cancel()
      let error = await #expect(throws: RedisError.self) { try await waiting.value }
      #expect(error?.code == .cancelled)
      try await client.appendAll(to: "facts", entries: [[("n", "1")]])
      let entries = try await read(client)
      #expect(entries.count == 1)
    }
  }

  @Test func closingEndsAWaitingReader() async throws {
    try await withGroup { client, _ in
      let waiting = Task { try await read(client, block: .seconds(50)) }
      try await waitForABlockedReader(client)
      await client.close()
      let error = await #expect(throws: RedisError.self) { try await waiting.value }
      #expect(error?.code == .closed)
    }
  }

  @Test func oneRefusedEntryFailsTheWholeAppend() async throws {
    try await withClient { client, _ in
      try await client.command("SET", "facts", "not a stream")
      let error = await #expect(throws: RedisError.self) {
        try await client.appendAll(to: "facts", entries: [[("n", "1")]])
      }
      #expect(error?.code == .server("WRONGTYPE"))
    }
  }

  @Test func streamIsTrimmedToAboutItsLength() async throws {
    try await withClient { client, _ in
      let entries = (0..<1000).map { [("n", "\($0)")] }
      try await client.appendAll(to: "facts", entries: entries, maxLength: 100)
      let length = try #require(try await client.command("XLEN", "facts").integer)
      #expect((100..<300).contains(length))
    }
  }
}
