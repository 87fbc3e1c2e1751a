import Contracts
import Harness
import Logging
import Postgres
import Queue

/// A private database with the tables of the queue, and a store of tasks over them.
func withTasks(_ body: (TaskStore, PostgresPool) async throws -> Void) async throws {
  try await withDatabase(schema: "queue", migrations: QueueMigrations.all, poolSize: 8) { pool in
    try await body(TaskStore(pool: pool), pool)
  }
}

/// A command to make music, which differs from others by its run.
func command(
  run: RunID = .random(), user: String = "ada", generation: Int = 1, seed: Int = 1
) -> TaskCommand {
  let audio = AudioSpec(musicStyle: "ambient", tempo: "slow", mood: "calm", bpm: 80)
  let input = MusicInput(videoId: VideoID(run.uuid), audio: audio, durationSeconds: 2, seed: seed)
  return TaskCommand(
    taskId: TaskID(run: run, step: .music, generation: generation), runId: run, userId: user, step: .music,
    generation: generation, input: .music(input), grantUSD: .zero)
}

let result = TaskResult.music(
  MusicResult(
    track: ArtifactReference(key: "ada/videos/x/background.mp3", bytes: 10, sha256: "00"), take: 1,
    durationSeconds: 2))

let fault = TaskFault(code: "broken", detail: "It is broken.", kind: .userInput)

extension TaskStore {
  /// Claims one task as `owner`; fails the test when there is none.
  func claimOne(_ owner: String = "one", lease: Duration = .seconds(60)) async throws -> LeasedTask {
    guard let task = try await claim(limit: 1, owner: owner, lease: lease).first else {
      throw NothingToClaim()
    }
    return task
  }
}

struct NothingToClaim: Error {}

extension LeasedTask {
  var fence: Fence { Fence(task: id, token: leaseToken) }
}

extension PostgresPool {
  /// Lets the lease of a task run out now.
  func expire(_ id: TaskID) async throws {
    try await execute(
      "UPDATE task SET lease_expires_at = clock_timestamp() - interval '1 s' WHERE id = \(id)")
  }

  /// Whether the task's lease has been renewed until so many leases after its first end.
  func outlives(_ id: TaskID, leases: Int, of lease: Duration) async throws -> Bool {
    let seconds = Double(leases + 1) * (lease / .seconds(1))
    let rows = try await query(
      "SELECT lease_expires_at > started_at + make_interval(secs => \(seconds)) AS renewed FROM task WHERE id = \(id)"
    )
    return try rows.first?.decode("renewed", as: Bool?.self) ?? false
  }

  /// Lets a task be claimed now, whatever it waits for.
  func hurry(_ id: TaskID) async throws {
    try await execute("UPDATE task SET run_at = clock_timestamp() WHERE id = \(id)")
  }
}

extension Outbox {
  /// The first page once it has `count` facts: they are held back while any older transaction is open, also
  /// one of a test beside this one.
  func settled(_ count: Int, after cursor: FactCursor? = nil) async throws -> FactPage {
    while true {
      let page = try await facts(after: cursor, limit: 100)
      if page.facts.count >= count { return page }
    }
  }
}
