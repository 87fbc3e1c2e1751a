import Contracts
import Harness
import Postgres
import ServiceKit
import Testing

@testable import Status

struct RunStoreTests {
  @Test func filmIsConductedFromPostgres() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      try await store.finish(id)
      let video = try await store.video(id, user: "ada")
      #expect(video.status == .completed && video.progress == 100)
      #expect(video.keys.final == "local/final_1.mp4")
      #expect(video.chunks.map(\.status) == Array(repeating: "succeeded", count: 6))
      let history = try await store.history(id, user: "ada")
      #expect(history.map(\.to) == VideoMachine.chain.map(\.rawValue))
      #expect(history.map(\.version) == history.map(\.version).sorted())
    }
  }

  @Test func createdTwiceIsCreatedOnce() async throws {
    try await withStatus { store in
      let id = VideoID.random()
      async let first = store.create(id, user: "ada", .car())
      async let second = store.create(id, user: "ada", .car())
      let answers = try await [first, second]
      #expect(answers[0] == answers[1])
      #expect(try await store.count("SELECT count(*) FROM step") == 1)
    }
  }

  @Test func idOfAnotherRequestIsTaken() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      await #expect(throws: StoreError.conflict) {
        try await store.create(id, user: "ada", .car(prompt: "Another"))
      }
      await #expect(throws: StoreError.conflict) { try await store.create(id, user: "eve", .car()) }
    }
  }

  @Test func otherUsersSeeNothing() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      await #expect(throws: StoreError.notFound) { try await store.video(id, user: "eve") }
      await #expect(throws: StoreError.notFound) { try await store.history(id, user: "eve") }
      await #expect(throws: StoreError.notFound) { try await store.ledger(id, user: "eve") }
      await #expect(throws: StoreError.notFound) { try await store.act(.cancel, on: id, user: "eve") }
      await #expect(throws: StoreError.notFound) {
        try await store.change(id, user: "eve", ChangeVideo(title: "Mine"))
      }
      #expect(try await store.videos(user: "eve", VideoFilter()).items.isEmpty)
    }
  }

  @Test(arguments: 0..<6)
  func replicasNeverMissEachOthersHalf(round: Int) async throws {
    try await withStatus { store in
      let id = try await store.begin(.car(music: false, continuity: .independent))
      try await store.finish(id, chunks: 2, upTo: .chunk(0))
      let run = try #require(try await store.snapshot(id))
      async let first = store.apply(.of(.chunk(0), .succeeded, run: run))
      async let second = RunStore(pool: store.pool).apply(.of(.chunk(1), .succeeded, run: run))
      _ = try await (first, second)
      #expect(try await store.snapshot(id)?.openSteps.map(\.key) == [.stitch])
    }
  }

  @Test func factThatComesTwiceCountsOnce() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      let run = try #require(try await store.snapshot(id))
      let fact = Fact(report: .of(.plan, .succeeded, run: run))
      #expect(try await store.apply(fact.report, event: fact.eventId) == .news(gap: false))
      #expect(try await store.apply(fact.report, event: fact.eventId) == .stale)
      #expect(try await store.count("SELECT count(*) FROM step WHERE step_key = 'reference'") == 1)
    }
  }

  @Test func reportOfAnUnknownRunIsLetGo() async throws {
    try await withStatus { store in
      let recorded = try await store.apply(.of(.plan, .succeeded, run: .fresh()))
      #expect(recorded == nil)
    }
  }

  @Test func listIsPagedWithoutLossInEveryOrder() async throws {
    try await withStatus { store in
      var made: [VideoID] = []
      for _ in 0..<5 { made.append(try await store.begin()) }
      for sort in VideoFilter.Sort.allCases {
        var filter = VideoFilter(limit: 2, sort: sort)
        var found: [VideoID] = []
        repeat {
          let page = try await store.videos(user: "ada", filter)
          found += page.items.map(\.id)
          filter.cursor = page.nextCursor.flatMap(VideoCursor.init)
        } while filter.cursor != nil
        #expect(found == (sort == .oldest ? made : made.reversed()))
      }
    }
  }

  @Test func listIsNarrowedByStatusTextAndProvider() async throws {
    try await withStatus { store in
      let car = try await store.begin(.car())
      let boat = try await store.begin(.car(prompt: "100% of a BOAT"))
      try await store.finish(car)
      let ids = { (filter: VideoFilter) in try await store.videos(user: "ada", filter).items.map(\.id) }
      #expect(try await ids(VideoFilter(status: .completed)) == [car])
      #expect(try await ids(VideoFilter(text: "0% of a boat")) == [boat])
      #expect(try await ids(VideoFilter(provider: "replicate")).isEmpty)
    }
  }

  @Test func titleAndBudgetChange() async throws {
    try await withStatus { store in
      let id = try await store.begin(.car(budget: .zero))
      let changed = try await store.change(
        id, user: "ada", ChangeVideo(title: "Dusk", budgetUSD: MicroDollars(5), expectedVersion: 1))
      #expect(changed.title == "Dusk" && changed.cost.budgetUSD == MicroDollars(5))
      await #expect(throws: StoreError.versionMismatch(expected: 1, actual: 2)) {
        try await store.change(id, user: "ada", ChangeVideo(title: "Dawn", expectedVersion: 1))
      }
    }
  }
}

struct ActionStoreTests {
  @Test func actionIsDoneOnceHoweverOftenItIsSent() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      try await store.finish(id, failing: [.chunk(1)])
      let action = ActionID.random()
      let retry = ActOnVideo(action: .retry)
      async let first = store.act(action, on: id, user: "ada", retry)
      async let second = store.act(action, on: id, user: "ada", retry)
      let answers = try await [first, second]
      #expect(try answers[0].text == answers[1].text)
      #expect(try await store.snapshot(id)?.generation == 2)
    }
  }

  @Test func refusalIsRememberedToo() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      let action = ActionID.random()
      let first = try await store.act(action, on: id, user: "ada", ActOnVideo(action: .mix))
      guard case .refused(let problem) = first else { return #expect(Bool(false)) }
      #expect(problem.statusCode == 409 && problem.detail.contains("cancel"))
      try await store.finish(id)
      #expect(try await store.act(action, on: id, user: "ada", ActOnVideo(action: .mix)) == first)
    }
  }

  @Test func idOfAnotherActionIsTaken() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      let action = ActionID.random()
      _ = try await store.act(action, on: id, user: "ada", ActOnVideo(action: .cancel))
      await #expect(throws: StoreError.conflict) {
        try await store.act(action, on: id, user: "ada", ActOnVideo(action: .retry))
      }
    }
  }

  @Test func historyNamesWhoDidIt() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      _ = try await store.act(.cancel, on: id)
      let last = try #require(try await store.history(id, user: "ada").last)
      #expect(last.from == "pending" && last.to == "cancelling" && last.actor == "user")
    }
  }
}

struct LedgerTests {
  @Test func everyStepIsReservedSettledAndReleased() async throws {
    try await withStatus { store in
      var store = store
      store.pricing = { _ in Prices(chunk: MicroDollars(10)) }
      let id = try await store.begin(.car(music: false))
      try await store.finish(id, chunks: 1)
      let rows = try await store.ledger(id, user: "ada").filter { $0.stepKey == .chunk(0) }
      #expect(rows.map(\.kind) == [.reserve, .settle, .release])
      #expect(rows.map(\.amountUSD.micros) == [10, 0, 10])
    }
  }

  @Test(arguments: ["UPDATE ledger SET amount_micros = 1", "DELETE FROM ledger", "TRUNCATE ledger"])
  func rowsAreNeverChanged(statement: String) async throws {
    try await withStatus { store in
      _ = try await store.begin()
      await #expect(throws: PostgresError.self) {
        try await store.pool.withConnection { try await $0.script(statement) }
      }
      #expect(try await store.count("SELECT count(*) FROM ledger") == 1)
    }
  }

  @Test func databaseRefusesGrantsBeyondTheBudget() async throws {
    try await withStatus { store in
      let id = try await store.begin(.car(budget: MicroDollars(5)))
      let error = await #expect(throws: PostgresError.self) {
        try await store.pool.execute(
          """
          INSERT INTO step (run_id, step_key, generation, task_id, service, command, grant_micros,
              committed_micros)
            VALUES (\(id), 'mix', 1, gen_random_uuid(), 'audio', '{}', 6, 6)
          """)
      }
      #expect(error?.constraint == "grants_within_budget")
    }
  }
}
