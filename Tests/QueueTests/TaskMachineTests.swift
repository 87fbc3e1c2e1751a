import Contracts
import Harness
import Postgres
import Queue
import Testing

struct TaskMachineTests {
  /// RELIABILITY §3.2, written out.
  static let legal: Set<[TaskState]> = [
    [.queued, .preparing], [.queued, .failed], [.queued, .canceling], [.queued, .quarantined],
    [.preparing, .creating], [.preparing, .failed], [.preparing, .canceling], [.preparing, .quarantined],
    [.creating, .preparing], [.creating, .awaitingProvider], [.creating, .ingesting], [.creating, .failed],
    [.creating, .canceling], [.creating, .quarantined], [.awaitingProvider, .ingesting],
    [.awaitingProvider, .failed], [.awaitingProvider, .canceling], [.awaitingProvider, .quarantined],
    [.ingesting, .verifying], [.ingesting, .failed], [.ingesting, .canceling], [.ingesting, .quarantined],
    [.verifying, .succeeded], [.verifying, .failed], [.verifying, .canceling], [.verifying, .quarantined],
    [.canceling, .canceled], [.canceling, .quarantined],
  ]

  static let pairs = TaskState.allCases.flatMap { from in TaskState.allCases.map { [from, $0] } }

  @Test(arguments: pairs) func edgeIsLegalExactlyWhereTheTableSaysSo(_ pair: [TaskState]) {
    #expect(TaskMachine.isLegal(from: pair[0], to: pair[1]) == Self.legal.contains(pair))
  }

  @Test func terminalStatesLeadNowhere() {
    for state in TaskState.allCases where state.isTerminal {
      #expect(TaskMachine.legal[state, default: []].isEmpty)
    }
  }

  @Test func pathTakesOnlyLegalEdges() {
    #expect(
      TaskMachine.path(from: .queued, to: .succeeded)
        == [.preparing, .creating, .ingesting, .verifying, .succeeded])
    #expect(TaskMachine.path(from: .creating, to: .canceled) == [.canceling, .canceled])
    #expect(TaskMachine.path(from: .verifying, to: .verifying) == [])
    #expect(TaskMachine.path(from: .verifying, to: .creating) == nil)
    #expect(TaskMachine.path(from: .failed, to: .succeeded) == nil)
  }

  @Test func triggerRefusesExactlyTheEdgesThatTheTableRefuses() async throws {
    try await withTasks { store, pool in
      let task = command()
      _ = try await store.submit(task)
      for pair in Self.pairs {
        let accepted = try await accepts(pair[0], pair[1], task.taskId, pool)
        let same = pair[0] == pair[1] && !pair[0].isTerminal
        #expect(accepted == (same || Self.legal.contains(pair)), "\(pair)")
      }
    }
  }

  @Test func machineIsDescribedWithItsEdges() {
    #expect(TaskMachine.description.edges.count == Self.legal.count)
    #expect(TaskMachine.description.states.filter(\.terminal).count == 4)
  }

  /// Puts a task into `from` behind the trigger's back, then tries to go on; nothing of it stays.
  private func accepts(
    _ from: TaskState, _ to: TaskState, _ id: TaskID, _ pool: PostgresPool
  ) async throws -> Bool {
    struct Undo: Error {}
    do {
      try await pool.transaction { connection in
        try await connection.execute("ALTER TABLE task DISABLE TRIGGER guard_task")
        try await connection.execute(Self.move(id, to: from))
        try await connection.execute("ALTER TABLE task ENABLE TRIGGER guard_task")
        try await connection.execute(Self.move(id, to: to))
        throw Undo()
      }
      return true
    } catch is Undo {
      return true
    } catch let error as PostgresError where error.isCheckViolation {
      return false
    }
  }

  private static func move(_ id: TaskID, to state: TaskState) -> SQL {
    """
    UPDATE task SET state = \(state),
      finished_at = CASE WHEN \(state.isTerminal) THEN clock_timestamp() END,
      result = CASE WHEN \(state == .succeeded) THEN '{}'::jsonb END,
      fault = CASE WHEN \(state == .failed || state == .quarantined) THEN '{}'::jsonb END
    WHERE id = \(id)
    """
  }
}
