import Outside
import Testing

extension ContainerTests {
  /// What dies in the middle of a film is replaced, and the film goes on.
  @Suite(.serialized)
  struct FaultTests {
    private let containers: Containers

    init() throws { containers = try Containers() }

    @Test func everyServiceMayBeKilledAndReplacedInTheMiddle() async throws {
      let begun = try await create(seconds: 60)
      var finished = 0
      for service in ["chunks", "status", "gateway", "planner", "references", "audio"] {
        finished = try await finishedChunks(of: begun.id, moreThan: finished)
        try await replace(service)
      }
      let film = try await end(of: begun.id)
      #expect(film.status == "completed", "\(film.message)")
      #expect(film.chunks.allSatisfy { $0.take == 1 }, "a finished chunk was made again")
      let media = try await Probe.run(containers.door().download(film.urls.final))
      #expect(media.video.frames == 1800)
      let repeated = try await containers.sql(
        "select count(*) from chunks.task where claims > 1 and run_id = '\(begun.id)'")
      #expect(Int(repeated.first ?? "") ?? 9 <= 1, "at most the interrupted chunk is made twice")
    }

    @Test(arguments: ["redis", "postgres"])
    func aServerMayBeRestartedInTheMiddle(server: String) async throws {
      let begun = try await create(seconds: 12)
      _ = try await finishedChunks(of: begun.id, moreThan: 0)
      try await containers.docker("restart", containers.container(of: server))
      let film = try await end(of: begun.id)
      #expect(film.status == "completed", "\(film.message)")
      #expect(film.chunks.allSatisfy { $0.take == 1 })
    }

    /// Paused, it has its task and cannot have done it when it dies.
    @Test func aServiceMayDieWithItsTaskInHand() async throws {
      let victim = try await containers.container(of: "references")
      try await containers.docker("pause", victim)
      let begun = try await create(seconds: 2)
      _ = try await containers.door().film(begun.id) { $0.status == "generating_references" }
      try await replace("references")
      let film = try await end(of: begun.id)
      #expect(film.status == "completed", "\(film.message)")
    }

    /// Ends a service's container at once, as a machine that is lost does, and starts another in its place.
    private func replace(_ service: String) async throws {
      let victim = try await containers.container(of: service)
      try await containers.docker("rm", "-f", victim)
      try await containers.script(["compose_up", "--no-deps", service])
      let replacement = try await containers.container(of: service)
      #expect(replacement != victim)
      try await containers.script(["wait_healthy", replacement])
    }

    private func create(seconds: Int) async throws -> Film {
      try await containers.door().create(
        #"{"prompt": "A sailing boat at dawn", "model": "sketch", "durationSeconds": \#(seconds)}"#)
    }

    /// How many chunks are made, as soon as they are more and another one is in the making.
    private func finishedChunks(of video: String, moreThan least: Int) async throws -> Int {
      try await containers.door().film(video) { film in
        film.finishedChunks > least && film.chunks.contains { $0.status == "running" }
      }.finishedChunks
    }

    private func end(of video: String) async throws -> Film {
      try await containers.door().film(video) { $0.isOver }
    }
  }
}
