import Contracts

/// Who may take an edge of a machine.
enum Actor: String, Sendable, CaseIterable {
  case conductor, user, worker
}

/// A state machine as a table: what a state means and which edges are legal.
///
/// The same table enforces (here and, as rows, in Postgres), describes (`GET /v1/machines`) and is tested.
struct Machine<State>: Sendable
where State: Hashable & Sendable & CaseIterable & RawRepresentable<String> {
  /// What a state means to who looks at it.
  struct Row: Sendable {
    let message: String
    /// 0…100: the least progress that the state means.
    let progressFloor: Int
    let terminal: Bool
  }

  struct Edge: Hashable, Sendable {
    let from: State
    let to: State
    let by: Actor
  }

  let name: String
  let edges: [Edge]
  private let row: @Sendable (State) -> Row
  private let actors: [State: [State: Actor]]

  /// A machine whose states are all cases of `State`, in their order.
  init(name: String, edges: [Edge], row: @escaping @Sendable (State) -> Row) {
    self.name = name
    self.edges = edges
    self.row = row
    actors = edges.reduce(into: [:]) { $0[$1.from, default: [:]][$1.to] = $1.by }
  }

  subscript(state: State) -> Row { row(state) }

  /// Who takes the edge; nil when there is none.
  func actor(from: State, to: State) -> Actor? { actors[from]?[to] }

  func allows(from: State, to: State) -> Bool { actor(from: from, to: to) != nil }

  /// The table in the words of the wire.
  var description: MachineDescription {
    let states = State.allCases.enumerated().map { order, state in
      let row = row(state)
      return MachineDescription.State(
        name: state.rawValue, order: order, message: row.message, progressFloor: row.progressFloor,
        terminal: row.terminal)
    }
    let edges = edges.map {
      MachineDescription.Edge(from: $0.from.rawValue, to: $0.to.rawValue, by: $0.by.rawValue)
    }
    return MachineDescription(name: name, states: states, edges: edges)
  }
}
