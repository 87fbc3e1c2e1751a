import Contracts
import Harness
import Postgres
import Queue
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RelayTests {
  /// Refuses a number of times, then takes everything.
  final class Flaky: FactStream {
    let inner = Published()
    let accepted = Signal()
    private let refusals: Mutex<Int>

    init(refusals: Int = 0) { self.refusals = Mutex(refusals) }

    struct Away: Error {}

    func append(_ payloads: [String]) async throws {
      let refuses = refusals.withLock { left in
        left -= 1
        return left >= 0
      }
      if refuses { throw Away() }
      try inner.add(payloads)
      accepted.fire()
    }
  }

  @Test func factIsPublishedAsSoonAsItIsCommitted() async throws {
    try await withTasks { store, pool in
      let stream = Flaky()
      let relay = Relay(
        outbox: Outbox(pool: pool), stream: stream, bell: store.bells.outbox, poll: nil, logger: .silent)
      _ = try await store.submit(command())
      let task = try await store.claimOne()
      try await running([relay]) {
        _ = try await store.advance(task.fence, to: .creating, owner: "one")
        try await stream.accepted.wait()
      }
      #expect(stream.inner.versions == [1])
    }
  }

  @Test func factsWaitWhileTheStreamIsAwayAndAreThenPublishedInOrder() async throws {
    try await withTasks { store, pool in
      let stream = Flaky(refusals: 1)
      let relay = Relay(
        outbox: Outbox(pool: pool), stream: stream, bell: store.bells.outbox, logger: .silent)
      _ = try await store.submit(command())
      let task = try await store.claimOne()
      for percent in 1...3 { _ = try await store.progress(task.fence, percent, owner: "one") }
      try await running([relay]) { try await stream.accepted.wait() }
      #expect(stream.inner.versions == [1, 2, 3])
    }
  }

  @Test func stoppingRelayPublishesWhatIsLeft() async throws {
    try await withTasks { store, pool in
      let stream = Flaky()
      let relay = Relay(outbox: Outbox(pool: pool), stream: stream, bell: Bell(), poll: nil, logger: .silent)
      try await running([relay]) {
        _ = try await store.submit(command())
        let task = try await store.claimOne()
        _ = try await store.progress(task.fence, 5, owner: "one")
      }
      #expect(stream.inner.versions == [1])
    }
  }
}
