import Contracts
import FoundationEssentials
import Harness
import Postgres

@testable import Status

/// Lends Status' tables in a database of their own.
func withStatus<Answer: Sendable>(
  poolSize: Int = 8, _ body: (RunStore) async throws -> Answer
) async throws -> Answer {
  try await withDatabase(schema: "status", poolSize: poolSize) { pool in
    let place = pool.configuration
    let superuser = try await PostgresConnection.connect(
      PostgresConfiguration(host: place.host, user: "postgres", database: place.database),
      loop: HarnessLoop.shared)
    // The installation makes this schema, as `compose/up` does.
    try await superuser.execute("CREATE SCHEMA limits AUTHORIZATION \(identifier: place.user)")
    await superuser.close()
    _ = try await Migrator(service: "status", schema: "status", migrations: StatusMigrations.all).migrate(
      pool)
    return try await body(RunStore(pool: pool))
  }
}

extension CreateVideo {
  static func car(
    music: Bool = true, continuity: Continuity = .continuation, approval: Approval = .auto,
    budget: MicroDollars? = nil, prompt: String = "A red vintage car"
  ) -> CreateVideo {
    CreateVideo(
      request: VideoRequest(
        prompt: prompt, continuity: continuity, music: MusicRequest(enabled: music), approval: approval,
        budgetUSD: budget))
  }
}

extension RunStore {
  func begin(_ message: CreateVideo = .car(), user: String = "ada") async throws -> VideoID {
    let id = VideoID.random()
    _ = try await create(id, user: user, message)
    return id
  }

  func snapshot(_ id: VideoID) async throws -> RunSnapshot? {
    try await pool.withConnection { connection in
      try await Self.load(RunID(id.uuid), locking: false, on: connection).first?.run
    }
  }

  /// Ends the open steps of a video, in the order of dispatch, until none is left; as the workers would.
  func finish(
    _ id: VideoID, chunks: Int = 6, upTo last: StepKey? = nil, failing: Set<StepKey> = []
  ) async throws {
    while let run = try await snapshot(id), let step = run.openSteps.first, step.key != last {
      let state: TaskState = failing.contains(step.key) ? .failed : .succeeded
      try await apply(
        .of(step.key, state, run: run, generation: step.generation, spec: .film(chunks: chunks)))
    }
  }

  func act(_ action: VideoAction, on id: VideoID, user: String = "ada") async throws -> StoredAnswer {
    try await act(.random(), on: id, user: user, ActOnVideo(action: action))
  }

  func count(_ sql: SQL) async throws -> Int {
    try await pool.query(sql).first?.decode("count") ?? -1
  }
}

extension StoredAnswer {
  /// As it goes over the wire.
  var text: String {
    get throws {
      let data =
        switch self {
        case .video(let video): try JSON.encode(video)
        case .deletion(let receipt): try JSON.encode(receipt)
        case .refused(let problem): try JSON.encode(problem)
        }
      return String(decoding: data, as: UTF8.self)
    }
  }
}
