import Harness
import Redis
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SubscriptionTests {
  @Test func messagesArriveFromTheSubscriptionOn() async throws {
    try await withClient { client, _ in
      var events = client.subscribe(["wake", "cancel"]).makeAsyncIterator()
      #expect(await events.next() == .subscribed)
      let listeners = try await client.publish("cancel", "task 1\r\n")
      #expect(listeners == 1)
      #expect(await events.next() == .message(channel: "cancel", payload: "task 1\r\n"))
    }
  }

  @Test func lossAndReturnOfTheServerAreTold() async throws {
    try await withClient { client, server in
      var events = client.subscribe(["wake"]).makeAsyncIterator()
      #expect(await events.next() == .subscribed)
      try await server.kill()
      #expect(await events.next() == .disconnected)
      try await server.start()
      #expect(await events.next() == .subscribed)
      try await recover { () throws(RedisError) in try await client.ping() }
      try await client.publish("wake", "again")
      #expect(await events.next() == .message(channel: "wake", payload: "again"))
    }
  }

  @Test func subscriptionWaitsForAServerThatIsNotThereYet() async throws {
    try await withClient { client, server in
      try await server.kill()
      let first = Task {
        var events = client.subscribe(["wake"]).makeAsyncIterator()
        return await events.next()
      }
      _ = await #expect(throws: RedisError.self) { try await client.ping() }
      try await server.start()
      #expect(await first.value == .subscribed)
    }
  }

  @Test func cancellationEndsTheStream() async throws {
    try await withClient { client, _ in
      let ready = Signal()
      let reader = Task {
        for await _ in client.subscribe(["wake"]) { ready.fire() }
      }
      try await ready.wait()
      reader.cancel()
      await reader.value
    }
  }

  @Test func closingEndsTheStream() async throws {
    try await withClient { client, _ in
      let ready = Signal()
      let reader = Task {
        for await _ in client.subscribe(["wake"]) { ready.fire() }
      }
      try await ready.wait()
      await client.close()
      await reader.value
    }
  }

  @Test func hugeMessageArrivesWhole() async throws {
    try await withClient { client, _ in
      var events = client.subscribe(["wake"]).makeAsyncIterator()
      #expect(await events.next() == .subscribed)
      let payload = String(repeating: "x", count: 1_000_000)
      try await client.publish("wake", payload)
      #expect(await events.next() == .message(channel: "wake", payload: payload))
    }
  }
}
