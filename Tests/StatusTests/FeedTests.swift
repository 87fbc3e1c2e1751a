import Contracts
import Harness
import Postgres
import Testing

@testable import Status

struct FeedTests {
  @Test func readerMeetsNoGapWhileManyWrite() async throws {
    try await withStatus { store in
      let reader = Task {
        var seen: [Int] = []
        while !Task.isCancelled {
          let page = try await store.feed(user: "ada", after: seen.last ?? 0, limit: 50)
          seen += page.entries.map(\.seq)
          if page.entries.last?.status == "deleted" { return seen }
          await Task.yield()
        }
        return seen
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<5 {
          group.addTask { try await store.finish(try await store.begin(.car(music: false)), chunks: 2) }
        }
        try await group.waitForAll()
      }
      _ = try await store.act(.delete, on: try await store.begin())
      let seen = try await reader.value
      #expect(seen == Array(1...max(1, seen.count)))
      #expect(seen.count > 5 * VideoMachine.chain.count)
    }
  }

  @Test func feedTellsEveryStatusOnce() async throws {
    try await withStatus { store in
      let id = try await store.begin(.car(music: false))
      try await store.finish(id, chunks: 1)
      let page = try await store.feed(user: "ada", after: 0, limit: 100, type: "video", id: id.description)
      var statuses: [String] = []
      for entry in page.entries where entry.status != statuses.last { statuses.append(entry.status) }
      #expect(statuses == VideoMachine.chain.map(\.rawValue))
      #expect(page.entries.map(\.progress) == page.entries.map(\.progress).sorted())
      #expect(page.firstSeq == 1 && page.lastSeq == page.entries.last?.seq)
    }
  }

  @Test func feedsOfUsersAreApart() async throws {
    try await withStatus { store in
      _ = try await store.begin(user: "ada")
      #expect(
        try await store.feed(user: "eve", after: 0, limit: 9)
          == FeedPage(entries: [], lastSeq: 0, firstSeq: 1))
    }
  }

  @Test func oldEntriesGoAndNumbersStay() async throws {
    try await withStatus { store in
      _ = try await store.begin()
      let before = try await store.feed(user: "ada", after: 0, limit: 9)
      try await store.pool.execute("UPDATE feed SET at = at - interval '8 days'")
      try await SweepStore(pool: store.pool).prune()
      let after = try await store.feed(user: "ada", after: 0, limit: 9)
      #expect(after == FeedPage(entries: [], lastSeq: before.lastSeq, firstSeq: before.lastSeq + 1))
    }
  }
}
