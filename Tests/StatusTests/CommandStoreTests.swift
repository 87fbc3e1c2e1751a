import Contracts
import Harness
import Postgres
import Testing

@testable import Status

struct CommandStoreTests {
  @Test func commandIsGivenToOneSenderOnly() async throws {
    try await withStatus { store in
      for _ in 0..<10 { _ = try await store.begin() }
      let commands = CommandStore(runs: store)
      async let first = commands.claim(limit: 6)
      async let second = commands.claim(limit: 6)
      let ids = try await (first + second).map(\.id)
      #expect(ids.count == Set(ids).count)
      #expect(try await ids.count + commands.claim(limit: 20).count == 10)
    }
  }

  @Test func commandsOfATaskAreSentInTheirOrder() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      _ = try await store.act(.cancel, on: id)
      let commands = CommandStore(runs: store)
      let first = try await commands.claim(limit: 9)
      #expect(first.map(\.kind) == [.task])
      let run = try #require(try await store.snapshot(id))
      try await commands.settle(first[0], answer: .of(.plan, .queued, run: run, version: 0))
      #expect(try await commands.claim(limit: 9).map(\.kind) == [.cancel])
    }
  }

  @Test func answerIsTakenInLikeAFact() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      let commands = CommandStore(runs: store)
      let due = try await commands.claim(limit: 9)
      let run = try #require(try await store.snapshot(id))
      try await commands.settle(due[0], answer: .of(.plan, .succeeded, run: run))
      #expect(try await store.snapshot(id)?.openSteps.map(\.key) == [.reference, .music])
    }
  }

  @Test func postponedCommandComesAgain() async throws {
    try await withStatus { store in
      _ = try await store.begin()
      let commands = CommandStore(runs: store)
      let first = try await commands.claim(limit: 9)
      try await commands.postpone(first[0], by: .seconds(60))
      #expect(try await commands.claim(limit: 9).isEmpty)
      try await commands.postpone(first[0], by: .zero)
      #expect(try await commands.claim(limit: 9).map(\.attempts) == [2])
    }
  }

  @Test func taskThatIsRefusedForGoodFailsItsStep() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      let commands = CommandStore(runs: store)
      let fault = TaskFault(code: "invalid_request", detail: "No such model.", kind: .userInput)
      try await commands.refuse(try await commands.claim(limit: 9)[0], fault: fault)
      let video = try await store.video(id, user: "ada")
      #expect(video.status == .failed && video.error?.code == "invalid_request")
      #expect(try await commands.claim(limit: 9).isEmpty)
    }
  }

  @Test func silentStepIsAskedAgainOnce() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      let (commands, sweeps) = (CommandStore(runs: store), SweepStore(pool: store.pool))
      #expect(try await sweeps.askSilentSteps(after: .zero) == 0)
      let run = try #require(try await store.snapshot(id))
      try await commands.settle(try await commands.claim(limit: 9)[0], answer: .of(.plan, .queued, run: run))
      #expect(try await sweeps.askSilentSteps(after: .seconds(60)) == 0)
      #expect(try await sweeps.askSilentSteps(after: .zero) == 1)
      #expect(try await sweeps.askSilentSteps(after: .zero) == 0)
      let again = try #require(try await commands.claim(limit: 9).first)
      #expect(again.kind == .task && again.command?.step == .plan)
    }
  }

  @Test func silentStepThatIsCancelledIsToldSoAgain() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      _ = try await store.act(.cancel, on: id)
      try await store.pool.execute("DELETE FROM command")
      #expect(try await SweepStore(pool: store.pool).askSilentSteps(after: .zero) == 2)
      let kinds = try await store.pool.query("SELECT kind FROM command ORDER BY id")
      #expect(try kinds.map { try $0.decode("kind", as: String.self) } == ["task", "cancel"])
    }
  }
}

struct DeletionTests {
  /// Answers every erasure that is due.
  private func erase(_ store: RunStore) async throws -> [ServiceName] {
    let commands = CommandStore(runs: store)
    let due = try await commands.claim(limit: 20).filter { $0.kind == .erase }
    for command in due { try await commands.settle(command, answer: nil) }
    return due.map(\.service)
  }

  @Test func deletedVideoIsGoneAtOnceAndErasedInTheEnd() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      try await store.finish(id)
      try await store.pool.execute("DELETE FROM command")
      _ = try await store.act(.delete, on: id)
      await #expect(throws: StoreError.notFound) { try await store.video(id, user: "ada") }
      #expect(try await store.deletion(id, user: "ada").status == "erasing")
      #expect(Set(try await erase(store)) == Set(ServiceName.executing))
      let receipt = try await store.deletion(id, user: "ada")
      #expect(receipt.status == "erased" && receipt.waitingFor.isEmpty)
      #expect(try await store.count("SELECT count(*) FROM run") == 0)
      #expect(try await store.count("SELECT count(*) FROM ledger") > 0)
      await #expect(throws: StoreError.notFound) { try await store.create(id, user: "ada", .car()) }
    }
  }

  @Test func deletionAwaitsWhatRunsAndRefusesWhatComesLate() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      _ = try await store.act(.delete, on: id)
      #expect(try await store.count("SELECT count(*) FROM command WHERE kind = 'erase'") == 0)
      let run = try #require(try await store.snapshot(id))
      try await store.apply(.of(.plan, .succeeded, run: run))
      #expect(try await store.count("SELECT count(*) FROM command WHERE kind = 'erase'") == 4)
      #expect(try await store.count("SELECT count(*) FROM step WHERE step_key <> 'plan'") == 0)
    }
  }

  @Test func deletionIsAnsweredAlikeWhenItIsRepeated() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      let action = ActionID.random()
      let first = try await store.act(action, on: id, user: "ada", ActOnVideo(action: .delete))
      let second = try await store.act(action, on: id, user: "ada", ActOnVideo(action: .delete))
      #expect(try first.text == second.text)
    }
  }
}
