import HTTPClient
import HTTPTypes
import Outside
import Testing

extension ContainerTests {
  /// Several replicas of what may have them, and every container restarted while people make films.
  @Suite(.serialized)
  struct ScaleTests {
    private static let scale = ["gateway": 2, "status": 2, "chunks": 3, "audio": 2]
    private let containers: Containers

    init() throws { containers = try Containers() }

    /// Has the replicas run, whatever a test before has left.
    private func scaled() async throws {
      let scaling = Self.scale.flatMap { ["--scale", "\($0.key)=\($0.value)"] }
      try await containers.script(["compose_up", "--no-deps"] + scaling + Self.scale.keys)
      for (service, count) in Self.scale {
        let replicas = try await containers.containers(of: service)
        #expect(replicas.count == count)
        for replica in replicas { try await containers.script(["wait_healthy", replica]) }
      }
    }

    @Test func replicasShareTheWorkAndEachPieceIsDoneOnce() async throws {
      try await scaled()
      let doors = try await containers.doors()
      let before = try await containers.sql("select now()").first ?? ""
      let seen = try await events()
      var films: [(door: Door, id: String)] = []
      for number in 0..<8 {
        let door = doors[number % doors.count]
        films.append((door, try await door.create(Self.request("A bird over mountains \(number)", 6)).id))
      }
      // Each is followed through the gateway that did not take it.
      for (number, film) in films.enumerated() {
        let end = try await doors[(number + 1) % doors.count].film(film.id) { $0.isOver }
        #expect(end.status == "completed", "\(end.message)")
      }
      try await everyReplicaWorked(since: before)
      try await nothingWasDoneTwice(since: before)
      try await eventsHaveNoGap(after: seen, doors)
    }

    @Test func providerLimitsAreOneForAllReplicasAndServices() async throws {
      try await containers.sql("delete from limits.provider_bucket where provider = 'rehearsal'")
      let granted = try await withThrowingTaskGroup { group in
        for service in ["chunks", "references", "chunks", "audio", "references"] {
          group.addTask {
            try await containers.sql(
              "set role longtake_\(service); select limits.acquire('rehearsal', 'm', 'create', interval '1 hour', 3)"
            ).filter { $0 != "SET" }
          }
        }
        return try await group.reduce(into: [String]()) { $0 += $1 }
      }
      #expect(granted.sorted() == ["f", "f", "t", "t", "t"])
      try await containers.sql("delete from limits.provider_bucket where provider = 'rehearsal'")
    }

    @Test func everyGatewayNamesTheLimitThatItKeeps() async throws {
      try await scaled()
      let policy = try #require(HTTPField.Name("RateLimit-Policy"))
      let doors = try await containers.doors()
      #expect(doors.count == 2)
      for door in doors {
        let answer = try await door.send(.get, "/api/me")
        #expect(answer.headers[policy] == #""default";q=1200;w=60"#)
      }
    }

    @Test func aRollingRestartUnderLoadLosesNoAcceptedRequest() async throws {
      try await scaled()
      let customers = Customers(containers)
      let accepted = try await withThrowingTaskGroup { group in
        for number in 1...5 { group.addTask { try await customers.order(number) } }
        do { try await restartEverything() } catch {
          customers.close()
          throw error
        }
        customers.close()
        var accepted: [String] = []
        for try await ids in group { accepted += ids }
        return accepted
      }
      #expect(accepted.count > 10)
      for id in accepted {
        let film = try await containers.door().film(id) { $0.isOver }
        #expect(film.status == "completed", "\(id): \(film.message)")
      }
    }

    private func restartEverything() async throws {
      for service in ["status", "planner", "references", "chunks", "audio", "gateway", "redis", "postgres"] {
        for container in try await containers.containers(of: service) {
          try await containers.docker("restart", "-t", "100", container)
          try await containers.script(["wait_healthy", container])
        }
      }
    }

    static func request(_ prompt: String, _ seconds: Int) -> String {
      #"{"prompt": "\#(prompt)", "model": "sketch", "continuity": "independent", "durationSeconds": \#(seconds)}"#
    }

    private func everyReplicaWorked(since: String) async throws {
      for service in ["chunks", "audio"] {
        let workers = try await containers.sql(
          """
          select distinct actor from "\(service)".task_event
          where actor like '\(service)%' and at > '\(since)'
          """)
        #expect(workers.count == Self.scale[service], "\(workers)")
      }
      let consumers = try await containers.redis("xinfo consumers ev:chunks status")
      for replica in try await containers.containers(of: "status") {
        #expect(consumers.contains("@\(replica.prefix(12))"), "\(consumers)")
      }
    }

    private func nothingWasDoneTwice(since: String) async throws {
      for service in ["planner", "references", "chunks", "audio"] {
        let repeated = try await containers.sql(
          """
          select id from "\(service)".task
          where created_at > '\(since)' and (claims <> 1 or state <> 'succeeded')
          """)
        #expect(repeated.isEmpty, "of \(service)")
      }
    }

    private func events() async throws -> Int {
      Int(try await containers.sql("select coalesce(max(seq), 0) from status.feed").first ?? "") ?? 0
    }

    /// The first half through one gateway, the rest through the other.
    private func eventsHaveNoGap(after seen: Int, _ doors: [Door]) async throws {
      let last = try await events()
      let middle = (seen + last) / 2
      let first = try await EventReader.read(doors[0], after: seen, until: middle)
      let rest = try await EventReader.read(doors[1], after: middle, until: last)
      #expect(first + rest == Array(seen + 1...last))
    }
  }
}
