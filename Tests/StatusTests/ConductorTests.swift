import Contracts
import FoundationEssentials
import Harness
import Logging
import Postgres
import Redis
import ServiceKit
import Synchronization
import Testing

@testable import Status

extension Logger {
  static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

struct ConductorTests {
  static let steps: [StepKey] = [
    .plan, .reference, .music, .chunk(0), .chunk(1), .chunk(2), .stitch, .mix,
  ]

  @Test func answersAloneBringAFilmToItsEnd() async throws {
    let workshop = Workshop(.answer)
    try await withConductor(workshop) { conductor in
      let id = try await conductor.runs.begin()
      _ = try await conductor.runs.follow(id, until: .completed)
      #expect(Set(workshop.commands) == Set(Self.steps))
      #expect(workshop.commands.count == Self.steps.count)
    }
  }

  @Test func factsOfTheServicesAloneBringAFilmToItsEnd() async throws {
    let workshop = Workshop(.fact)
    try await withConductor(workshop) { conductor in
      let id = try await conductor.runs.begin()
      _ = try await conductor.runs.follow(id, until: .completed)
      #expect(workshop.commands.count == Self.steps.count)
    }
  }

  @Test func sweepAloneBringsAFilmToItsEnd() async throws {
    let workshop = Workshop(.fact)
    try await withStatus { store in
      let id = try await store.begin()
      let (commands, sweeps) = (CommandStore(runs: store), SweepStore(pool: store.pool))
      let tokens = ServiceTokens(secret: Secret("0123456789abcdef0123456789abcdef"))
      let neighbours = Neighbours(transport: workshop, tokens: tokens) { "http://\($0.rawValue)" }
      while try await !store.pool.query("SELECT 1 AS one FROM step WHERE state = 'queued'").isEmpty {
        for command in try await commands.claim(limit: 9) {
          let task = try #require(command.command)
          try await commands.settle(command, answer: try await neighbours.submit(task))
        }
        _ = try await sweeps.askSilentSteps(after: .zero)
      }
      #expect(try await store.video(id, user: "ada").status == .completed)
    }
  }

  @Test func factsThroughRedisBringAFilmToItsEnd() async throws {
    try await withRedis { server in
      let workshop = Workshop(.fact)
      let publisher = try Publisher(server, workshop)
      try await withConductor(workshop, redis: server.url) { conductor in
        async let published: Void = publisher.run()
        let id = try await conductor.runs.begin()
        _ = try await conductor.runs.follow(id, until: .completed)
        publisher.end()
        try await published
      }
    }
  }

  @Test func flushedRedisCostsNoFact() async throws {
    try await withRedis { server in
      let workshop = Workshop(.fact)
      let publisher = try Publisher(server, workshop, flushingAt: .chunk(1))
      try await withConductor(workshop, redis: server.url) { conductor in
        async let published: Void = publisher.run()
        let id = try await conductor.runs.begin()
        _ = try await conductor.runs.follow(id, until: .completed)
        publisher.end()
        try await published
      }
    }
  }

  @Test func absentNeighbourIsAskedAgain() async throws {
    let workshop = Workshop(.answer, absences: 12)
    try await withConductor(workshop) { conductor in
      let id = try await conductor.runs.begin()
      _ = try await conductor.runs.follow(id, until: .completed)
    }
  }

  @Test func refusedTaskFailsTheVideoWithItsReason() async throws {
    let problem = Problem.validation([Fault("/input", "The spec is empty.")])
    try await withConductor(Workshop(.answer, refusal: (.stitch, problem))) { conductor in
      let id = try await conductor.runs.begin()
      let video = try await conductor.runs.follow(id, until: .failed)
      #expect(video.error?.phase == "stitch" && video.error?.code == "invalid_request")
    }
  }

  @Test func cancelReachesTheService() async throws {
    try await withConductor(Workshop(.answer, endless: [.chunk(1)])) { conductor in
      let id = try await conductor.runs.begin()
      _ = try await conductor.runs.follow(id, until: .generatingChunks)
      _ = try await conductor.runs.act(.cancel, on: id)
      let video = try await conductor.runs.follow(id, until: .cancelled)
      #expect(video.actions == ["retry"])
    }
  }

  @Test func deletedVideoIsErasedEverywhere() async throws {
    let workshop = Workshop(.answer, endless: [.chunk(1)])
    try await withConductor(workshop) { conductor in
      let id = try await conductor.runs.begin()
      _ = try await conductor.runs.follow(id, until: .generatingChunks)
      _ = try await conductor.runs.act(.delete, on: id)
      while try await conductor.runs.deletion(id, user: "ada").status != "erased" { await Task.yield() }
      #expect(Set(workshop.erased) == Set(ServiceName.executing.map { "\($0.rawValue) \(id)" }))
    }
  }
}

/// Brings the workshop's facts into Redis, as the relays of the services would.
final class Publisher: Sendable {
  private let redis: RedisClient
  private let facts: AsyncStream<(Fact, ServiceName)>
  private let inlet: AsyncStream<(Fact, ServiceName)>.Continuation
  private let server: RedisServer
  private let flushingAt: StepKey?

  init(_ server: RedisServer, _ workshop: Workshop, flushingAt: StepKey? = nil) throws {
    (facts, inlet) = AsyncStream.makeStream()
    redis = RedisClient(
      configuration: try RedisConfiguration(url: server.url), loop: HarnessLoop.shared, logger: .silent)
    self.server = server
    self.flushingAt = flushingAt
    let inlet = inlet
    workshop.onFact.withLock { $0 = { inlet.yield(($0, $1)) } }
  }

  func end() { inlet.finish() }

  func run() async throws {
    for await (fact, service) in facts {
      let payload = String(decoding: try JSON.encode(fact), as: UTF8.self)
      let stream = Channel.facts(of: service)
      _ = try await redis.appendAll(to: stream, entries: [[(Channel.factField, payload)]])
      if fact.report.step == flushingAt { try await server.flush() }
    }
    await redis.close()
  }
}

struct FactIntakeTests {
  private func entry(_ id: String, _ payload: String) -> StreamEntry {
    StreamEntry(stream: "ev:planner", id: id, fields: [Channel.factField: payload])
  }

  private func intake(_ store: RunStore) -> FactIntake {
    FactIntake(runs: store, facts: FactStore(pool: store.pool), repair: Repair(), logger: .silent)
  }

  @Test func entryThatIsNoFactIsSetAside() async throws {
    try await withStatus { store in
      let done = await intake(store).take([entry("1-1", "{}"), entry("1-2", "nonsense")])
      let buried = try await store.count("SELECT count(*) FROM dead_letter")
      #expect(Set(done.map(\.id)) == ["1-1", "1-2"])
      #expect(buried == 2)
    }
  }

  @Test func factsOfARunAreAppliedInTheirOrder() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      let run = try #require(try await store.snapshot(id))
      let states: [TaskState] = [.queued, .preparing, .creating, .ingesting, .verifying, .succeeded]
      let entries = try states.enumerated().map { version, state in
        let fact = Fact(report: .of(.plan, state, run: run, version: version))
        return entry("1-\(version)", String(decoding: try JSON.encode(fact), as: UTF8.self))
      }
      #expect(await intake(store).take(entries).count == entries.count)
      let spec = try await store.snapshot(id)?.spec
      #expect(spec != nil)
    }
  }

  @Test func factThatIsRefusedAgainAndAgainIsSetAside() async throws {
    try await withStatus { store in
      let id = try await store.begin()
      let run = try #require(try await store.snapshot(id))
      let fact = Fact(report: .of(.plan, .succeeded, run: run))
      let poison = [entry("1-1", String(decoding: try JSON.encode(fact), as: UTF8.self))]
      try await store.pool.execute("DELETE FROM edge WHERE machine = 'step'")
      let intake = intake(store)
      var rounds = 1
      while await intake.take(poison).isEmpty { rounds += 1 }
      #expect(rounds == 5)
      #expect(try await store.count("SELECT count(*) FROM dead_letter") == 1)
    }
  }
}
