import FoundationEssentials
import Outside
import Testing

/// What dies in the middle of a film must not stop it.
@Suite(.enabled(if: Stack.isAsked), .serialized, .timeLimit(.minutes(10)))
struct FaultTests {
  static let request = #"{"prompt": "A sailing boat on the sea at dawn", "durationSeconds": 14}"#

  @Test func everyServiceMayBeKilledInTheMiddle() async throws {
    try await Stack.run(environment: ["LONGTAKE_LEASE_SECONDS": "5", "LONGTAKE_SWEEP_SECONDS": "2"]) {
      stack in
      for service in ["chunks", "status", "audio", "references", "planner", "gateway"] {
        let begun = try await stack.create(Self.request)
        let before = try await stack.film(begun.id) {
          $0.finishedChunks >= 1 && $0.chunks.contains { $0.status == "running" && $0.progress > 0 }
        }
        try await stack.kill(service)
        try await stack.up()
        let after = try await stack.film(begun.id) { $0.isOver }
        #expect(after.status == "completed", "after \(service) was killed: \(after.message)")
        #expect(
          after.chunks[0].take == 1 && before.chunks[0].take == 1, "the finished chunk was made again")
        let media = try await Probe.run(stack.download(after.urls.final))
        #expect(media.video.frames == 420)
      }
      let repeated = try await stack.sql("select claims from chunks.task where claims > 1")
      #expect(repeated == ["2"], "at most the interrupted task is repeated, once")
    }
  }

  @Test func aRedisThatLosesEverythingCostsOnlyTime() async throws {
    try await Stack.run(environment: ["LONGTAKE_SWEEP_SECONDS": "2"]) { stack in
      let begun = try await stack.create(Self.request)
      _ = try await stack.film(begun.id) { $0.finishedChunks >= 1 }
      try await stack.redis("flushall")
      _ = try await stack.film(begun.id) { $0.finishedChunks >= 2 }
      try await stack.kill("redis")
      let film = try await stack.film(begun.id) { $0.isOver }
      #expect(film.status == "completed")
      try await stack.up()
      let next = try await stack.create(#"{"prompt": "A forest by day", "durationSeconds": 1}"#)
      #expect(try await stack.film(next.id) { $0.isOver }.status == "completed")
    }
  }

  @Test func aPostgresThatDiesComesBackToTheSameWork() async throws {
    try await Stack.run(environment: ["LONGTAKE_LEASE_SECONDS": "5", "LONGTAKE_SWEEP_SECONDS": "2"]) {
      stack in
      let begun = try await stack.create(Self.request)
      _ = try await stack.film(begun.id) { $0.finishedChunks >= 1 }
      try await stack.kill("postgres")
      try await stack.up()
      let film = try await stack.film(begun.id) { $0.isOver }
      #expect(film.status == "completed")
    }
  }

  @Test func copiesShareTheWorkAndOneMayDie() async throws {
    try await Stack.run(
      scale: ["planner=2", "references=2", "chunks=2", "audio=2", "status=2"],
      environment: ["LONGTAKE_LEASE_SECONDS": "5", "LONGTAKE_SWEEP_SECONDS": "2", "LONGTAKE_WORKERS": "1"]
    ) { stack in
      var ids: [String] = []
      for number in 1...4 {
        ids.append(
          try await stack.create(#"{"prompt": "A bird over mountains \#(number)", "durationSeconds": 6}"#).id)
      }
      _ = try await stack.film(ids[0]) { $0.finishedChunks >= 1 }
      try await stack.kill("chunks")
      for id in ids {
        #expect(try await stack.film(id, within: .seconds(240)) { $0.isOver }.status == "completed")
      }
      let workers = try await stack.sql(
        "select distinct actor from chunks.task_event where actor like 'chunks%' order by 1")
      #expect(workers.count == 2, "both copies worked: \(workers)")
    }
  }
}
