import Contracts

/// The states of a step as its worker reports them.
///
/// A step is a task seen from here. Reports may be missed, so a step moves from a state to whatever the task
/// can reach from it, and never out of a terminal state.
enum StepMachine {
  /// The edges that a worker takes, one at a time (RELIABILITY §3).
  static let taken: [TaskState: Set<TaskState>] = {
    let way: [TaskState] = [
      .queued, .preparing, .creating, .awaitingProvider, .ingesting, .verifying, .succeeded,
    ]
    var edges: [TaskState: Set<TaskState>] = [:]
    for (from, to) in zip(way, way.dropFirst()) {
      edges[from, default: []].formUnion([to, .failed, .canceling, .canceled, .quarantined])
    }
    edges[.creating, default: []].insert(.preparing)
    edges[.canceling] = [.canceled, .succeeded, .failed, .quarantined]
    return edges
  }()

  static let table = Machine<TaskState>(name: "step", edges: edges) { state in
    .init(message: message(state), progressFloor: state == .succeeded ? 100 : 0, terminal: state.isTerminal)
  }

  private static let edges: [Machine<TaskState>.Edge] = TaskState.allCases.flatMap { from in
    let reachable = reachable(from: from)
    return TaskState.allCases
      .filter { $0 != from && (reachable.contains($0) || isRetry(from: from, to: $0)) }
      .map { Machine<TaskState>.Edge(from: from, to: $0, by: .worker) }
  }

  /// A task that is tried again starts over.
  private static func isRetry(from: TaskState, to: TaskState) -> Bool {
    !from.isTerminal && from != .canceling && !to.isTerminal && to != .canceling
  }

  private static func reachable(from start: TaskState) -> Set<TaskState> {
    var found: Set<TaskState> = []
    var open = [start]
    while let state = open.popLast() {
      for next in taken[state] ?? [] where found.insert(next).inserted { open.append(next) }
    }
    return found
  }

  private static func message(_ state: TaskState) -> String {
    switch state {
    case .queued: "Waiting for a worker"
    case .preparing: "Getting ready"
    case .creating: "Asking the provider"
    case .awaitingProvider: "Waiting for the provider"
    case .ingesting: "Fetching the result"
    case .verifying: "Checking the result"
    case .succeeded: "Done"
    case .failed: "Failed"
    case .canceling: "Cancelling"
    case .canceled: "Cancelled"
    case .quarantined: "Set aside for a person"
    }
  }
}
