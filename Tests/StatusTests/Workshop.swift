import Contracts
import FoundationEssentials
import HTTPTypes
import Harness
import Postgres
import Redis
import ServiceKit
import ServiceLifecycle
import Synchronization

@testable import Status

/// The four services that execute steps, as one stub: tasks end as soon as they are there.
final class Workshop: ServiceTransport {
  /// How Status gets to know of a task's end.
  enum Manner: Sendable {
    /// The answer to the command says it already.
    case answer
    /// Only a fact does.
    case fact
  }

  private struct State {
    var reports: [TaskID: TaskReport] = [:]
    var facts: [ServiceName: [Fact]] = [:]
    var erased: [String] = []
    var absences: Int
    var commands: [StepKey] = []
  }

  let manner: Manner
  let chunks: Int
  /// Steps that never end by themselves.
  let endless: Set<StepKey>
  /// What a command for this step is answered instead.
  let refusal: (step: StepKey, problem: Problem)?
  /// Told of each new fact.
  let onFact: Mutex<@Sendable (Fact, ServiceName) -> Void> = Mutex { _, _ in }
  private let state: Mutex<State>

  init(
    _ manner: Manner, chunks: Int = 3, endless: Set<StepKey> = [], absences: Int = 0,
    refusal: (step: StepKey, problem: Problem)? = nil
  ) {
    self.manner = manner
    self.chunks = chunks
    self.endless = endless
    self.refusal = refusal
    state = Mutex(State(absences: absences))
  }

  var erased: [String] { state.withLock(\.erased) }
  /// The steps in the order in which they were first asked for.
  var commands: [StepKey] { state.withLock(\.commands) }

  func send(_ call: ServiceCall) async throws -> ServiceAnswer {
    let isAway = state.withLock { state in
      state.absences -= 1
      return state.absences >= 0
    }
    if isAway { throw CancellationError() }
    let path = call.url.split(separator: "/").dropFirst().map(String.init)
    let service = ServiceName(rawValue: path[0])
    switch (call.method, path[2]) {
    case (.put, "tasks") where path.count == 4: return try take(call)
    case (.put, "tasks"): return try cancel(path[3])
    case (.get, _): return try facts(of: service, path[2])
    default:
      state.withLock { $0.erased.append("\(path[0]) \(path[3])") }
      return ServiceAnswer(status: 204)
    }
  }

  private func take(_ call: ServiceCall) throws -> ServiceAnswer {
    let command = try JSON.decode(TaskCommand.self, from: call.body ?? Data())
    if let refusal, refusal.step == command.step {
      return ServiceAnswer(status: refusal.problem.statusCode, body: try JSON.encode(refusal.problem))
    }
    let (report, fact) = state.withLock { state -> (TaskReport, Fact?) in
      if let known = state.reports[command.taskId] { return (known, nil) }
      state.commands.append(command.step)
      var report = TaskReport(
        taskId: command.taskId, runId: command.runId, step: command.step, generation: command.generation,
        state: .queued, version: 0, progress: 0, attempts: 0, createdAt: RunSnapshot.start)
      let queued = report
      if !endless.contains(command.step) {
        report.state = .succeeded
        report.version = 5
        report.result = .made(for: command.step, spec: .film(chunks: chunks), take: command.generation)
      }
      state.reports[command.taskId] = report
      if manner == .answer { return (report, nil) }
      let fact = Fact(report: report)
      state.facts[command.step.service, default: []].append(fact)
      return (queued, fact)
    }
    if let fact { onFact.withLock { $0 }(fact, command.step.service) }
    return ServiceAnswer(status: 200, body: try JSON.encode(report))
  }

  private func cancel(_ id: String) throws -> ServiceAnswer {
    let report = state.withLock { state -> TaskReport? in
      guard let id = TaskID(id), var report = state.reports[id] else { return nil }
      if !report.state.isTerminal {
        report.state = .canceled
        report.version += 1
        state.reports[id] = report
      }
      return report
    }
    guard let report else {
      return ServiceAnswer(status: 404, body: try JSON.encode(Problem.notFound("task")))
    }
    return ServiceAnswer(status: 200, body: try JSON.encode(report))
  }

  private func facts(of service: ServiceName?, _ query: String) throws -> ServiceAnswer {
    let after = query.split(separator: "=").dropFirst().first?.split(separator: "&").first.map(String.init)
    let facts = state.withLock { state in service.flatMap { state.facts[$0] } ?? [] }
    let start = after.flatMap { Int($0) } ?? 0
    let page = FactPage(facts: Array(facts.dropFirst(start)), next: String(facts.count))
    return ServiceAnswer(status: 200, body: try JSON.encode(page))
  }
}

/// Runs Status' services around a store until `body` returns.
func withConductor<Answer: Sendable>(
  _ workshop: Workshop, redis url: String = "redis://127.0.0.1:1", sweep: Duration = .seconds(600),
  _ body: (Conductor) async throws -> Answer
) async throws -> Answer {
  try await withStatus { store in
    let redis = RedisClient(
      configuration: try RedisConfiguration(url: url), loop: HarnessLoop.shared, logger: .silent)
    let tokens = ServiceTokens(secret: Secret("0123456789abcdef0123456789abcdef"))
    let neighbours = Neighbours(transport: workshop, tokens: tokens) { "http://\($0.rawValue)" }
    let conductor = Conductor(
      pool: store.pool, redis: redis, neighbours: neighbours, sweep: sweep, logger: .silent)
    return try await withThrowingTaskGroup(of: Void.self) { group in
      for service in conductor.services { group.addTask { try await service.run() } }
      let answer: Answer
      do {
        answer = try await body(conductor)
      } catch {
        group.cancelAll()
        throw error
      }
      group.cancelAll()
      while await group.nextResult() != nil {}
      await redis.close()
      return answer
    }
  }
}

/// A wait ended without what it waited for.
struct TooLate: Error {
  let what: String
}

extension RunStore {
  /// Reads a video until it has this status; throws when it takes longer than `limit`.
  func follow(
    _ id: VideoID, until status: VideoStatus, limit: Duration = .seconds(30)
  ) async throws -> VideoDocument {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
      let video = try await video(id, user: "ada")
      if video.status == status { return video }
    }
    throw TooLate(what: "the video is not \(status) within \(limit)")
  }
}
