public import Contracts
import Logging
public import Postgres
import Synchronization

/// What an executor may do with the task that it executes; every write is fenced by the task's lease.
public final class TaskContext: Sendable {
  private struct State {
    var state: TaskState
    var workSeconds = 0.0
    var noted: Int
    var written: Int
    var isClosed = false
    var alongside: [TaskStore.Alongside] = []
    var notes: [String: String] = [:]
  }

  private let store: TaskStore
  private let hold: Hold
  private let owner: String
  private let logger: Logger
  private let state: Mutex<State>
  private let noted = Bell()
  private let closed = Bell()

  init(store: TaskStore, hold: Hold, owner: String, logger: Logger) {
    self.store = store
    self.hold = hold
    self.owner = owner
    self.logger = logger
    state = Mutex(State(state: hold.task.state, noted: 0, written: 0))
  }

  /// Says that the work is at least so far; a state already reached or passed changes nothing.
  ///
  /// Throws `QueueError.leaseLost` when the task is another worker's.
  public func advance(to target: TaskState) async throws {
    let current = state.withLock { $0.state }
    guard current.position < target.position else { return }
    let report = try await store.advance(hold.fence, to: target, owner: owner)
    state.withLock { $0.state = report.state }
  }

  /// The same with a transaction that holds the task's row, in one commit; it runs in any case.
  public func advance<Value: Sendable>(
    to target: TaskState, _ body: @Sendable (PostgresConnection) async throws -> Value
  ) async throws -> Value {
    let current = state.withLock { $0.state }
    guard current.position < target.position else { return try await fenced(body) }
    let (report, value) = try await store.advance(hold.fence, to: target, owner: owner, body)
    state.withLock { $0.state = report.state }
    return value
  }

  /// Adds to the line that the log has for the task's end, such as its model.
  public func note(_ name: String, _ value: String) { state.withLock { $0.notes[name] = value } }

  /// Notes how far the work is, in percent; returns at once, from any thread.
  ///
  /// It is written at most four times a second, and only when it has grown.
  public func report(progress percent: Int) {
    let grew = state.withLock { state in
      guard percent > state.noted else { return false }
      state.noted = percent
      return true
    }
    if grew { noted.ring() }
  }

  /// Counts the time of provider and media work, apart from what Longtake itself needs.
  public func timed<Value>(_ work: () async throws -> Value) async rethrows -> Value {
    let start = ContinuousClock.now
    defer {
      let seconds = start.duration(to: .now) / .seconds(1)
      state.withLock { $0.workSeconds += seconds }
    }
    return try await work()
  }

  /// Runs a transaction that holds the task's row; throws `QueueError.leaseLost` before `body` otherwise.
  public func fenced<Value: Sendable>(
    _ body: @Sendable (PostgresConnection) async throws -> Value
  ) async throws -> Value {
    try await store.fenced(hold.fence, body)
  }

  /// Adds to the transaction in which the task succeeds.
  public func whenSucceeded(_ step: @escaping TaskStore.Alongside) {
    state.withLock { $0.alongside.append(step) }
  }

  var workSeconds: Double { state.withLock { $0.workSeconds } }
  var alongside: [TaskStore.Alongside] { state.withLock { $0.alongside } }
  var notes: [String: String] { state.withLock { $0.notes } }

  /// Ends `writeProgress`.
  func close() {
    state.withLock { $0.isClosed = true }
    closed.ring()
    noted.ring()
  }

  /// Writes progress as it is noted, until `close`; what cannot be written is said with the next fact.
  func writeProgress() async {
    while true {
      await noted.wait()
      let (percent, isClosed) = state.withLock { ($0.noted, $0.isClosed) }
      if isClosed || Task.isCancelled { return }
      do {
        _ = try await store.progress(hold.fence, percent, owner: owner)
      } catch QueueError.leaseLost {
        return hold.stop(.leaseLost)
      } catch {
        logger.debug("Progress could not be written", metadata: ["error": "\(error)"])
      }
      await closed.wait(upTo: .milliseconds(250))
    }
  }
}

extension TaskState {
  /// The place on the way to success, which `advance` never walks backward.
  fileprivate var position: Int {
    switch self {
    case .queued: 0
    case .preparing: 1
    case .creating: 2
    case .awaitingProvider: 3
    case .ingesting: 4
    case .verifying: 5
    case .succeeded, .failed, .canceling, .canceled, .quarantined: 6
    }
  }
}
