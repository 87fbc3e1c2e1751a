public import Contracts
public import Hummingbird
public import ServiceKit

/// What Status asks of a worker: tasks, their state, their facts, and the end of a run.
public struct TaskRoutes: Sendable {
  let store: TaskStore
  let outbox: Outbox
  /// What the service executes.
  let phases: Set<Phase>
  let forget: Worker.Forget
  let wake: @Sendable (WakeHint) -> Void

  /// `wake` tells the other copies of the service and returns at once.
  public init(
    store: TaskStore, outbox: Outbox, phases: Set<Phase>, forget: @escaping Worker.Forget,
    wake: @escaping @Sendable (WakeHint) -> Void = { _ in }
  ) {
    self.store = store
    self.outbox = outbox
    self.phases = phases
    self.forget = forget
    self.wake = wake
  }

  public var routes: RouteCollection<AppContext> {
    RouteCollection(context: AppContext.self)
      .put("tasks/:id", use: submit).get("tasks/:id", use: show)
      .put("tasks/:id/requested-status", use: signal)
      .get("facts", use: facts).delete("runs/:id", use: erase)
  }

  @Sendable private func submit(_ request: Request, _ context: AppContext) async throws -> Response {
    let id: TaskID = try context.id("id", of: "task")
    let command = try await request.message(TaskCommand.self)
    try check(command, id, context)
    let report = try await answering { try await store.submit(command) }
    wake(.task)
    return try .json(report)
  }

  @Sendable private func show(_ request: Request, _ context: AppContext) async throws -> Response {
    let id: TaskID = try context.id("id", of: "task")
    return try .json(try await answering { try await store.report(id) })
  }

  @Sendable private func signal(_ request: Request, _ context: AppContext) async throws -> Response {
    let id: TaskID = try context.id("id", of: "task")
    let signal = try await request.message(TaskSignal.self)
    let report = try await answering { try await store.signal(id, signal) }
    wake(.signal)
    return try .json(report, status: report.state.isTerminal ? .ok : .accepted)
  }

  @Sendable private func facts(_ request: Request, _ context: AppContext) async throws -> Response {
    let query = request.uri.queryParameters
    let after = query["after"].map(String.init) ?? ""
    let cursor = FactCursor(after)
    guard after.isEmpty || cursor != nil else {
      throw Problem.badRequest("after must be a cursor of this service, {txid}:{id}.")
    }
    let limit = query["limit"].flatMap { Int($0) } ?? 100
    return try .json(try await outbox.facts(after: cursor, limit: min(max(limit, 1), 500)))
  }

  @Sendable private func erase(_ request: Request, _ context: AppContext) async throws -> Response {
    let run: RunID = try context.id("id", of: "run")
    try await store.forget(run)
    wake(.signal)
    try await forget(run)
    return Response(status: .noContent)
  }

  /// Names every fault of a command that does not belong here.
  private func check(_ command: TaskCommand, _ id: TaskID, _ context: AppContext) throws {
    var faults: [Fault] = []
    if command.taskId != id {
      faults.append(Fault("/taskId", "taskId must be the id in the path, \(id)."))
    }
    if !phases.contains(command.input.phase) {
      let names = phases.map(\.rawValue).sorted().joined(separator: ", ")
      faults.append(
        Fault("/input", "This service executes \(names), not \(command.input.phase.rawValue)."))
    }
    if let user = context.caller?.userId, user != command.userId {
      faults.append(Fault("/userId", "userId must be the user that the call is made for."))
    }
    if !faults.isEmpty { throw Problem.validation(faults) }
  }

  private func answering<Value>(_ work: () async throws -> Value) async throws -> Value {
    do {
      return try await work()
    } catch let error as QueueError {
      throw Problem(error)
    }
  }
}

extension Problem {
  /// What a refused command or write is to the service that asked for it.
  init(_ error: QueueError) {
    switch error {
    case .notFound: self = .notFound("task")
    case .conflict:
      self = .conflict("The task's id, or the step of its run, belongs to another command.")
    case .gone: self.init(410, code: "run_deleted", detail: "The task's run was deleted.")
    case .foreign(let phase):
      self = .validation([Fault("/input", "This service does not execute \(phase.rawValue).")])
    case .leaseLost: self = .conflict("The task is another worker's now.", code: "lease_lost")
    case .illegal(let from, let to):
      self = .conflict("A task cannot go from \(from.rawValue) to \(to.rawValue).", code: "illegal_edge")
    }
  }
}
