import Contracts
import FoundationEssentials
import Postgres
import Queue
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1)))
struct OutboxTests {
  @Test func everyChangeIsAFactWithTheNextVersion() async throws {
    try await withTasks { store, pool in
      let command = command()
      _ = try await store.submit(command)
      let task = try await store.claimOne()
      _ = try await store.advance(task.fence, to: .creating, owner: "one")
      _ = try await store.progress(task.fence, 50, owner: "one")
      _ = try await store.finish(task.fence, .succeeded(result), workSeconds: 2, owner: "one")
      let facts = try await Outbox(pool: pool).settled(3).facts
      #expect(facts.map(\.report.version) == [1, 2, 3])
      #expect(facts.map(\.report.state) == [.creating, .creating, .succeeded])
      #expect(facts.last?.report.result == result)
      #expect(facts.last?.eventId == EventID(task: command.taskId, version: 3))
    }
  }

  @Test func pagesFollowEachOtherWithoutGapOrRepetition() async throws {
    try await withTasks { store, pool in
      _ = try await store.submit(command())
      let task = try await store.claimOne()
      for percent in 1...7 { _ = try await store.progress(task.fence, percent, owner: "one") }
      let outbox = Outbox(pool: pool)
      _ = try await outbox.settled(7)
      var versions: [Int] = []
      var cursor: FactCursor?
      while true {
        let page = try await outbox.facts(after: cursor, limit: 3)
        if page.facts.isEmpty { break }
        versions += page.facts.map(\.report.version)
        cursor = FactCursor(page.next)
      }
      #expect(versions == Array(1...7))
      #expect(try await outbox.facts(after: cursor, limit: 3).next == cursor?.description)
    }
  }

  @Test func rowThatCommitsLateIsNotPassedOver() async throws {
    try await withTasks { store, pool in
      let outbox = Outbox(pool: pool)
      let first = TaskReport.sample()
      let second = TaskReport.sample()
      var page = FactPage(facts: [], next: "")
      try await pool.transaction { connection in
        try await Outbox.append(Fact(report: first), on: connection)
        // The later id commits while the earlier one is still open.
        try await pool.transaction { try await Outbox.append(Fact(report: second), on: $0) }
        page = try await outbox.facts(after: nil, limit: 10)
        #expect(page.facts.isEmpty)
      }
      page = try await outbox.settled(2, after: FactCursor(page.next))
      #expect(page.facts.map(\.report.taskId) == [first.taskId, second.taskId])
    }
  }

  @Test func relayPublishesEachFactOnceAndInOrder() async throws {
    try await withTasks { store, pool in
      _ = try await store.submit(command())
      let task = try await store.claimOne()
      for percent in 1...5 { _ = try await store.progress(task.fence, percent, owner: "one") }
      let outbox = Outbox(pool: pool)
      let published = Published()
      #expect(try await outbox.relay(limit: 3) { try published.add($0.map(\.payload)) } == 3)
      #expect(try await outbox.relay(limit: 3) { try published.add($0.map(\.payload)) } == 2)
      #expect(try await outbox.relay(limit: 3) { try published.add($0.map(\.payload)) } == 0)
      #expect(published.versions == [1, 2, 3, 4, 5])
    }
  }

  @Test func factsStayUnpublishedWhenTheStreamIsAway() async throws {
    struct Away: Error {}
    try await withTasks { store, pool in
      _ = try await store.submit(command())
      let task = try await store.claimOne()
      _ = try await store.progress(task.fence, 5, owner: "one")
      let outbox = Outbox(pool: pool)
      await #expect(throws: Away.self) { try await outbox.relay(limit: 10) { _ in throw Away() } }
      #expect(try await outbox.relay(limit: 10) { _ in } == 1)
    }
  }

  @Test func twoRelaysShareTheWork() async throws {
    try await withTasks { store, pool in
      let outbox = Outbox(pool: pool)
      for _ in 0..<4 {
        try await pool.transaction { try await Outbox.append(Fact(report: .sample()), on: $0) }
      }
      let other = Mutex(0)
      let own = try await outbox.relay(limit: 2) { _ in
        let count = try await outbox.relay(limit: 10) { _ in }
        other.withLock { $0 = count }
      }
      #expect([own, other.withLock { $0 }] == [2, 2])
    }
  }

  @Test func onlyPublishedFactsArePruned() async throws {
    try await withTasks { _, pool in
      let outbox = Outbox(pool: pool)
      for _ in 0..<2 {
        try await pool.transaction { try await Outbox.append(Fact(report: .sample()), on: $0) }
      }
      _ = try await outbox.relay(limit: 1) { _ in }
      #expect(try await outbox.prune(olderThan: .seconds(60)) == 0)
      #expect(try await outbox.prune(olderThan: .zero) == 1)
      #expect(try await outbox.settled(1).facts.count == 1)
    }
  }

  @Test func inboxTakesAnEventOnceForEachConsumer() async throws {
    try await withTasks { _, pool in
      let event = EventID.random()
      for (consumer, isNew) in [("a", true), ("a", false), ("b", true)] {
        let accepted = try await pool.transaction {
          try await Inbox(consumer: consumer).accept(event, on: $0)
        }
        #expect(accepted == isNew)
      }
    }
  }

  @Test(arguments: ["", "1", "a:1", "1:a", "-1:2", "1:-2", "1:2:3", "99999999999999999999999:1"])
  func textThatIsNoCursorIsRefused(_ text: String) {
    #expect(FactCursor(text) == nil)
  }
}

/// What a stream was given.
final class Published: Sendable, FactStream {
  private let payloads = Mutex<[String]>([])

  func add(_ more: [String]) throws { payloads.withLock { $0 += more } }
  func append(_ payloads: [String]) async throws { try add(payloads) }

  var facts: [Fact] {
    payloads.withLock { $0.compactMap { try? JSON.decode(Fact.self, from: Data($0.utf8)) } }
  }
  var versions: [Int] { facts.map(\.report.version) }
}

extension TaskReport {
  static func sample() -> TaskReport {
    TaskReport(
      taskId: .random(), runId: .random(), step: .music, generation: 1, state: .creating, version: 1,
      progress: 0, attempts: 1, createdAt: Date(timeIntervalSince1970: 1_800_000_000))
  }
}
