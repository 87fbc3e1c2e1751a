public import Contracts

/// The states of a task and the edges between them, as RELIABILITY §3.2 has them.
///
/// The trigger of `v002_guard_task_states.sql` refuses the same edges in the database. A step with an
/// answer at once goes from `creating` straight to `ingesting`.
public enum TaskMachine {
  /// Where a task may go from each state; nowhere from a terminal one.
  public static let legal: [TaskState: Set<TaskState>] = [
    .queued: sideExits.union([.preparing]),
    .preparing: sideExits.union([.creating]),
    .creating: sideExits.union([.preparing, .awaitingProvider, .ingesting]),
    .awaitingProvider: sideExits.union([.ingesting]),
    .ingesting: sideExits.union([.verifying]),
    .verifying: sideExits.union([.succeeded]),
    .canceling: [.canceled, .quarantined],
  ]

  private static let sideExits: Set<TaskState> = [.failed, .canceling, .quarantined]

  public static func isLegal(from: TaskState, to: TaskState) -> Bool {
    legal[from, default: []].contains(to)
  }

  /// The shortest legal way between two states, without the first; empty when they are the same.
  ///
  /// Nil when there is none. Work that needs no stop on the way takes several edges in one commit.
  public static func path(from: TaskState, to: TaskState) -> [TaskState]? {
    var ways: [[TaskState]] = [[]]
    var seen: Set<TaskState> = [from]
    while !ways.isEmpty {
      let way = ways.removeFirst()
      let here = way.last ?? from
      if here == to { return way }
      for next in TaskState.allCases where isLegal(from: here, to: next) && seen.insert(next).inserted {
        ways.append(way + [next])
      }
    }
    return nil
  }
}

extension TaskMachine {
  /// The machine as `GET /api/machines` shows it.
  public static let description = MachineDescription(
    name: "task",
    states: TaskState.allCases.enumerated().map { order, state in
      MachineDescription.State(
        name: state.rawValue, order: order, message: message(of: state), progressFloor: 0,
        terminal: state.isTerminal)
    },
    edges: TaskState.allCases.flatMap { from in
      TaskState.allCases.filter { isLegal(from: from, to: $0) }
        .map { MachineDescription.Edge(from: from.rawValue, to: $0.rawValue, by: "worker") }
    })

  private static func message(of state: TaskState) -> String {
    switch state {
    case .queued: "Waiting for a worker"
    case .preparing: "Preparing"
    case .creating: "Creating"
    case .awaitingProvider: "Waiting for the provider"
    case .ingesting: "Storing the result"
    case .verifying: "Verifying the result"
    case .succeeded: "Done"
    case .failed: "Failed"
    case .canceling: "Canceling"
    case .canceled: "Canceled"
    case .quarantined: "Set aside for an operator"
    }
  }
}
