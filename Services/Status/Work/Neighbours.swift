import Contracts
import HTTPTypes
import ServiceKit

/// The services that execute steps, as Status calls them.
struct Neighbours: Sendable {
  /// A command is leased for longer than it takes to ask two replicas in turn.
  private static let patience: Duration = .seconds(4)

  private let clients: [ServiceName: ServiceClient]

  /// `url` says where each of them answers.
  init(transport: any ServiceTransport, tokens: ServiceTokens, url: (ServiceName) -> String) {
    clients = Dictionary(
      uniqueKeysWithValues: ServiceName.executing.map { name in
        let client = ServiceClient(
          transport: transport, baseURL: url(name), tokens: tokens, from: .status, to: name)
        return (name, client)
      })
  }

  func client(_ service: ServiceName) throws(Problem) -> ServiceClient {
    guard let client = clients[service] else {
      throw Problem(404, code: "no_such_service", detail: "\(service.rawValue) executes no steps.")
    }
    return client
  }

  func submit(_ command: TaskCommand) async throws -> TaskReport {
    let client = try client(command.step.service)
    let trace = command.traceparent.flatMap(Trace.init(continuing:))
    return try await CurrentRequest.$trace.withValue(trace) {
      try await client.call(
        .put, "/v1/tasks/\(command.taskId)", user: command.userId, body: command,
        deadline: Self.patience)
    }
  }

  func cancel(_ task: TaskID, at service: ServiceName, user: String) async throws -> TaskReport {
    try await client(service).call(
      .put, "/v1/tasks/\(task)/requested-status", user: user, body: TaskSignal(requestedStatus: .cancel),
      deadline: Self.patience)
  }

  func erase(_ run: RunID, at service: ServiceName, user: String) async throws {
    try await client(service).send(.delete, "/v1/runs/\(run)", user: user, deadline: Self.patience)
  }

  func facts(of service: ServiceName, after cursor: String, limit: Int) async throws -> FactPage {
    try await client(service).call(.get, "/v1/facts?after=\(cursor)&limit=\(limit)")
  }
}

extension Problem {
  /// The same request will be refused every time.
  var isFinal: Bool { (400..<500).contains(statusCode) && ![401, 408, 425, 429].contains(statusCode) }
}
