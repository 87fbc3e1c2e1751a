/// A state machine as `GET /api/machines` serves it, from the tables that enforce it.
public struct MachineDescription: Codable, Sendable, Equatable {
  public struct State: Codable, Sendable, Equatable {
    public var name: String
    public var order: Int
    public var message: String
    /// 0…100: the least progress that the state means.
    public var progressFloor: Int
    public var terminal: Bool

    public init(name: String, order: Int, message: String, progressFloor: Int, terminal: Bool) {
      self.name = name
      self.order = order
      self.message = message
      self.progressFloor = progressFloor
      self.terminal = terminal
    }
  }

  public struct Edge: Codable, Sendable, Equatable {
    public var from: String
    public var to: String
    /// Who takes it: `conductor`, `user`, `worker`.
    public var by: String

    public init(from: String, to: String, by: String) {
      self.from = from
      self.to = to
      self.by = by
    }
  }

  public var name: String
  public var states: [State]
  public var edges: [Edge]

  public init(name: String, states: [State], edges: [Edge]) {
    self.name = name
    self.states = states
    self.edges = edges
  }
}
