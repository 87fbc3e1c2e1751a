import Contracts
import FoundationEssentials
import Postgres
import Queue

/// What a committed change calls for in this process.
struct Ripple: Sendable {
  /// There is something to say to other services.
  var commands = false
  /// The user whose feed has grown.
  var user: String?
}

/// Runs, videos and everything that is written with them, in Postgres.
///
/// Every change is one turn: it locks the run's row, reads the run, lets the domain decide, and writes steps,
/// status, history, ledger, commands and feed before it lets go.
struct RunStore: Sendable {
  let pool: PostgresPool
  /// The most that the steps of a plan may cost.
  var pricing: @Sendable (Spec) -> Prices = { _ in .free }
  /// Called after each commit that changed something.
  var rippled: @Sendable (Ripple) -> Void = { _ in }

  /// What became of a turn.
  struct Outcome<Answer: Sendable>: Sendable {
    var answer: Answer
    var ripple: Ripple
  }

  /// Runs `body` in a transaction and tells the process once it is committed.
  func committing<Answer: Sendable>(
    _ body: (PostgresConnection) async throws -> Outcome<Answer>
  ) async throws -> Answer {
    let outcome = try await pool.transaction(body)
    if outcome.ripple.commands || outcome.ripple.user != nil { rippled(outcome.ripple) }
    return outcome.answer
  }

  /// Takes one turn of a run; nil when there is no such run.
  func turn<Answer: Sendable>(
    _ id: RunID, on connection: PostgresConnection, _ body: (inout Turn) throws -> Answer
  ) async throws -> Outcome<(Answer, Turn)>? {
    guard let loaded = try await Self.load(id, locking: true, on: connection).first else { return nil }
    var turn = Turn(loaded.run, now: loaded.now)
    let answer = try body(&turn)
    let ripple = try await Self.write(turn, on: connection)
    return Outcome(answer: (answer, turn), ripple: ripple)
  }
}

extension RunStore {
  private static let inbox = Inbox(consumer: "status")

  /// Asks of a run what follows from it; harmless at any time.
  func advance(_ id: RunID) async throws {
    try await committing { connection in
      let outcome = try await turn(id, on: connection) { $0.finish() }
      return Outcome(answer: (), ripple: outcome?.ripple ?? Ripple())
    }
  }

  /// Takes a report in; nil for a run that does not exist.
  ///
  /// `event` makes a fact that comes twice count once.
  @discardableResult
  func apply(_ report: TaskReport, event: EventID? = nil) async throws -> RunSnapshot.Recorded? {
    try await committing { connection in
      if let event, try await !Self.inbox.accept(event, on: connection) {
        return Outcome(answer: .stale, ripple: Ripple())
      }
      return try await record(report, on: connection)
    }
  }

  func record(
    _ report: TaskReport, on connection: PostgresConnection
  ) async throws -> Outcome<RunSnapshot.Recorded?> {
    let outcome = try await turn(report.runId, on: connection) {
      $0.record(report, pricing: pricing)
    }
    guard let outcome else { return Outcome(answer: nil, ripple: Ripple()) }
    if outcome.answer.0 == .stale { try await Self.hear(report.taskId, on: connection) }
    return Outcome(answer: outcome.answer.0, ripple: outcome.ripple)
  }

  /// The service is there and has nothing new: no reason to ask again soon.
  private static func hear(_ task: TaskID, on connection: PostgresConnection) async throws {
    try await connection.execute("UPDATE step SET heard_at = clock_timestamp() WHERE task_id = \(task)")
  }
}
