import Artifacts
import Contracts
import FoundationEssentials
import Glibc
import Harness
import Logging
import Postgres
import Synchronization
import Testing

@testable import Queue

/// Finds the object of one key corrupt, or of all.
struct SpoiledStore: ArtifactStore {
  enum Call: CaseIterable, Sendable { case head, put, localFile }

  let store: LocalArtifactStore
  let key: String?
  let call: Call

  init(_ store: LocalArtifactStore, _ key: String?, at call: Call) {
    (self.store, self.key, self.call) = (store, key, call)
  }

  private func spoil(_ key: String, _ call: Call) throws(ArtifactError) {
    guard call == self.call, self.key == nil || key == self.key else { return }
    throw ArtifactError(.corrupt, "The object is not what was stored.")
  }

  func put(file path: String, as key: String) async throws(ArtifactError) -> PutOutcome {
    try spoil(key, .put)
    let outcome = try await store.put(file: path, as: key)
    // So that its local file is asked for.
    return call == .localFile ? .exists(outcome.reference) : outcome
  }

  func localFile(_ key: String) async throws(ArtifactError) -> String {
    try spoil(key, .localFile)
    return try await store.localFile(key)
  }

  func head(_ key: String) async throws(ArtifactError) -> ArtifactReference? {
    try spoil(key, .head)
    return try await store.head(key)
  }

  func copy(_ key: String, to path: String) async throws(ArtifactError) -> ArtifactReference {
    try await store.copy(key, to: path)
  }

  func size(_ key: String) async throws(ArtifactError) -> Int? { try await store.size(key) }
  func delete(_ key: String) async throws(ArtifactError) { try await store.delete(key) }
  func list(_ prefix: String) async throws(ArtifactError) -> [String] { try await store.list(prefix) }
  func check() async throws(ArtifactError) { try await store.check() }

  func link(_ key: String, until end: Date, as form: LinkForm) async throws(ArtifactError) -> String? { nil }

  func removeLeftovers(before moment: Date) async throws(ArtifactError) -> Int {
    try await store.removeLeftovers(before: moment)
  }
}

struct ShelfTests {
  /// A take of two texts; a file satisfies it if it begins with "good".
  final class Letters: TakeRecipe {
    let made = Mutex<[String]>([])
    let told = Mutex<[String]>([])
    let breaksAt: String?
    let extras: Set<String>

    init(breaksAt: String? = nil, extras: Set<String> = []) {
      self.breaksAt = breaksAt
      self.extras = extras
    }

    func stored(_ role: String, _ file: ArtifactReference) { told.withLock { $0.append(role) } }

    struct Crash: Error {}

    var slot: Slot {
      Slot(name: "ada/videos/x/letter", roles: ["letter", "copy"]) { role, take in
        "ada/videos/00000000-0000-4000-8000-000000000000/\(role)_take_0\(take).txt"
      }
    }

    func make(_ role: String, kept: [String: String], in directory: String) async throws -> String {
      if role == breaksAt { throw Crash() }
      made.withLock { $0.append(role) }
      let path = "\(directory)/\(role)"
      let earlier = try kept["letter"].map { try String(contentsOfFile: $0, encoding: .utf8) } ?? ""
      try Data("good \(role)\(earlier)".utf8).write(to: URL(filePath: path))
      return path
    }

    func verify(_ role: String, file: String) async throws {
      let text = try String(contentsOfFile: file, encoding: .utf8)
      if !text.hasPrefix("good") { throw Crash() }
    }
  }

  struct Desk {
    let tasks: TaskStore
    let pool: PostgresPool
    let artifacts: LocalArtifactStore
    let shelf: Shelf
    let workspace: Workspace

    func shelf(_ store: any ArtifactStore) -> Shelf {
      Shelf(artifacts: store, takes: TakeStore(table: "letters", pool: pool), workspace: workspace)
    }

    /// A task that is claimed, and what its executor would be given.
    func begin() async throws -> (LeasedTask, TaskContext) {
      _ = try await tasks.submit(command())
      let task = try await tasks.claimOne()
      return (task, context(task))
    }

    func context(_ task: LeasedTask) -> TaskContext {
      let hold = Hold(task, askedAt: .now, lease: .seconds(60))
      return TaskContext(store: tasks, hold: hold, owner: "one", logger: .silent)
    }

    func finish(_ task: LeasedTask, _ context: TaskContext) async throws {
      _ = try await tasks.finish(task.fence, .succeeded(result), owner: "one", alongside: context.alongside)
    }

    func states() async throws -> [String] {
      try await pool.query("SELECT state FROM letters ORDER BY take, role DESC").map {
        try $0.decode("state")
      }
    }
  }

  private func withDesk(_ body: (Desk) async throws -> Void) async throws {
    let root = FileManager.default.temporaryDirectory.path + "/shelf-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    try await withTasks { store, pool in
      try await pool.execute(Self.table)
      let artifacts = LocalArtifactStore(root: root + "/store")
      let workspace = Workspace(root: root + "/temp", service: .audio)
      try workspace.prepare()
      let shelf = Shelf(
        artifacts: artifacts, takes: TakeStore(table: "letters", pool: pool), workspace: workspace)
      try await body(Desk(tasks: store, pool: pool, artifacts: artifacts, shelf: shelf, workspace: workspace))
    }
  }

  private static let table: SQL = """
    CREATE TABLE letters (slot text, take int, role text, key text UNIQUE, task_id uuid, run_id uuid,
      user_id text, state text DEFAULT 'reserved', bytes bigint, sha256 text, kept_at timestamptz,
      PRIMARY KEY (slot, take, role))
    """

  @Test func takeIsKeptInTheTransactionOfTheSuccess() async throws {
    try await withDesk { desk in
      let (task, context) = try await desk.begin()
      let take = try await desk.shelf.take(Letters(), for: task, context)
      #expect(take.number == 1)
      #expect(try await desk.states() == ["reserved", "reserved"])
      try await desk.finish(task, context)
      #expect(try await desk.states() == ["kept", "kept"])
      #expect(try await desk.artifacts.head(try take.file("copy").key) == take.file("copy"))
    }
  }

  @Test func taskThatCrashedAdoptsWhatIsStoredAndMakesTheRest() async throws {
    try await withDesk { desk in
      let (task, context) = try await desk.begin()
      await #expect(throws: Letters.Crash.self) {
        try await desk.shelf.take(Letters(breaksAt: "copy"), for: task, context)
      }
      try await desk.pool.expire(task.id)
      let again = try await desk.tasks.claimOne()
      let recipe = Letters()
      let take = try await desk.shelf.take(recipe, for: again, desk.context(again))
      #expect(take.number == 1)
      #expect(recipe.made.withLock { $0 } == ["copy"])
    }
  }

  @Test func keyThatSomethingElseHasIsLeftAloneForTheNextTake() async throws {
    try await withDesk { desk in
      let junk = FileManager.default.temporaryDirectory.path + "/junk-\(UUID().uuidString)"
      try Data("bad".utf8).write(to: URL(filePath: junk))
      defer { try? FileManager.default.removeItem(atPath: junk) }
      let key = Letters().slot.key("letter", 1)
      _ = try await desk.artifacts.put(file: junk, as: key)
      let (task, context) = try await desk.begin()
      let take = try await desk.shelf.take(Letters(), for: task, context)
      #expect(take.number == 2)
      #expect(try await desk.artifacts.size(key) == 3)
      #expect(try await desk.states() == ["abandoned", "abandoned", "reserved", "reserved"])
    }
  }

  @Test func extraThatCannotBeMadeIsLeftOut() async throws {
    try await withDesk { desk in
      let (task, context) = try await desk.begin()
      let recipe = Letters(breaksAt: "copy", extras: ["copy"])
      let take = try await desk.shelf.take(recipe, for: task, context)
      try await desk.finish(task, context)
      #expect(Array(take.files.keys) == ["letter"] && recipe.told.withLock { $0 } == ["letter"])
      #expect(try await desk.states() == ["kept", "reserved"])
    }
  }

  @Test func recipeIsToldOfEachFileBeforeTheNextIsMade() async throws {
    try await withDesk { desk in
      let (task, context) = try await desk.begin()
      let recipe = Letters()
      _ = try await desk.shelf.take(recipe, for: task, context)
      #expect(recipe.told.withLock { $0 } == ["letter", "copy"])
    }
  }

  @Test func rolesThatAnOlderVersionDidNotReserveAreAdded() async throws {
    try await withDesk { desk in
      let (task, context) = try await desk.begin()
      _ = try await desk.shelf.take(Letters(), for: task, context)
      try await desk.pool.execute("DELETE FROM letters WHERE role = 'copy'")
      try await desk.pool.expire(task.id)
      let again = try await desk.tasks.claimOne()
      #expect(try await desk.shelf.take(Letters(), for: again, desk.context(again)).number == 1)
      #expect(try await desk.states() == ["reserved", "reserved"])
    }
  }

  @Test(arguments: SpoiledStore.Call.allCases)
  func keyThatTheStoreFindsCorruptIsLeftForTheNextTake(_ call: SpoiledStore.Call) async throws {
    try await withDesk { desk in
      let spoiled = SpoiledStore(desk.artifacts, Letters().slot.key("letter", 1), at: call)
      let (task, context) = try await desk.begin()
      let take = try await desk.shelf(spoiled).take(Letters(), for: task, context)
      #expect(take.number == 2)
      #expect(try await desk.states() == ["abandoned", "abandoned", "reserved", "reserved"])
    }
  }

  @Test func storeThatSpoilsEveryTakeEndsTheTask() async throws {
    try await withDesk { desk in
      let (task, context) = try await desk.begin()
      let spoiled = SpoiledStore(desk.artifacts, nil, at: .put)
      await #expect { try await desk.shelf(spoiled).take(Letters(), for: task, context) } throws: {
        ($0 as? ArtifactError)?.code == .corrupt
      }
      #expect(try await desk.states() == Array(repeating: "abandoned", count: 6))
    }
  }

  @Test(arguments: [
    (ArtifactError.Code.system(EACCES), FaultKind.config), (.system(EIO), .transient), (.full, .transient),
    (.denied, .config),
  ])
  func faultThatNoTimeHealsIsNotTriedAgain(_ code: ArtifactError.Code, _ kind: FaultKind) {
    #expect(TaskFault(whatEnded: ArtifactError(code, "x")).kind == kind)
  }

  @Test func anotherTaskOfTheSlotGetsTheNextNumber() async throws {
    try await withDesk { desk in
      var numbers: [Int] = []
      for _ in 0..<2 {
        let (task, context) = try await desk.begin()
        numbers.append(try await desk.shelf.take(Letters(), for: task, context).number)
        try await desk.finish(task, context)
      }
      #expect(numbers == [1, 2])
    }
  }

  @Test func zombieReservesNothing() async throws {
    try await withDesk { desk in
      let (task, context) = try await desk.begin()
      try await desk.pool.expire(task.id)
      _ = try await desk.tasks.claimOne("two")
      await #expect(throws: QueueError.leaseLost) {
        try await desk.shelf.take(Letters(), for: task, context)
      }
      #expect(try await desk.states().isEmpty)
    }
  }

  @Test func forgottenRunLeavesNoFileAndNoRow() async throws {
    try await withDesk { desk in
      let (task, context) = try await desk.begin()
      let take = try await desk.shelf.take(Letters(), for: task, context)
      for _ in 0..<2 { try await desk.shelf.forget(task.command.runId) }
      #expect(try await desk.artifacts.size(try take.file("letter").key) == nil)
      #expect(try await desk.states().isEmpty)
    }
  }

  @Test func inputThatIsNotWhatWasPromisedIsRefused() async throws {
    try await withDesk { desk in
      let (task, context) = try await desk.begin()
      var file = try await desk.shelf.take(Letters(), for: task, context).file("letter")
      let path: String = try await desk.shelf.file(of: file)
      #expect(FileManager.default.fileExists(atPath: path))
      file.sha256 = String(repeating: "0", count: 64)
      await #expect(throws: ArtifactError.self) { let _: String = try await desk.shelf.file(of: file) }
    }
  }

  @Test func bootWipesOnlyWhatDeadProcessesLeft() throws {
    let root = FileManager.default.temporaryDirectory.path + "/temp-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: root) }
    for name in ["longtake-audio-999999999", "longtake-audio-1", "other"] {
      try FileManager.default.createDirectory(
        atPath: "\(root)/\(name)/x", withIntermediateDirectories: true)
    }
    try Workspace(root: root, service: .audio).prepare()
    let own = "longtake-audio-\(ProcessInfo.processInfo.processIdentifier)"
    let left = try FileManager.default.contentsOfDirectory(atPath: root)
    #expect(left.sorted() == ["longtake-audio-1", own, "other"].sorted())
  }
}
