import Contracts
import FoundationEssentials
import HTTPTypes
import Harness
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Providers
import Queue
import ServiceKit
import ServiceLifecycle
import Testing

@testable import Planner

struct PlanRoutesTests {
  private static let tokens = ServiceTokens(secret: Secret("0123456789abcdef0123456789abcdef"))

  private func call<Answer: Decodable & Sendable>(
    _ method: HTTPRequest.Method, _ path: String, body: Data? = nil, status: Int = 200,
    as type: Answer.Type = Answer.self
  ) async throws -> Answer {
    let assembly = Assembly(tokens: Self.tokens, routes: [PlanRoutes(estimator: Estimator()).routes])
    let router = assembly.router(identity: Planner.identity, health: Health(checks: []))
    let token = try Self.tokens.mint(from: .gateway, to: .planner, user: "ada")
    let headers: HTTPFields = [.authorization: "Bearer \(token)", .contentType: "application/json"]
    return try await Application(router: router).test(.router) { client in
      let answer = try await client.executeRequest(
        uri: path, method: method, headers: headers, body: body.map { ByteBuffer(bytes: $0) })
      #expect(answer.status.code == status)
      return try JSON.decode(type, from: Data(answer.body.readableBytesView))
    }
  }

  @Test func anEstimateIsAnswered() async throws {
    let body = try JSON.encode(VideoRequest(prompt: "A red car", durationSeconds: 12))
    let estimate = try await call(.post, "/v1/estimate", body: body, as: Estimate.self)
    #expect(estimate.chunkCount == 3 && estimate.trimmedSeconds == 3)
  }

  @Test func aRequestThatCannotBePlannedIsAnsweredWithEveryFault() async throws {
    let request = VideoRequest(prompt: "", durationSeconds: 0.5, template: "soap", model: "hailuo")
    let problem = try await call(
      .post, "/v1/estimate", body: try JSON.encode(request), status: 422, as: Problem.self)
    #expect(problem.errors.map(\.pointer) == ["/prompt", "/durationSeconds", "/model", "/template"])
  }

  @Test func templatesAndModelsAreListed() async throws {
    let templates = try await call(.get, "/v1/templates", as: [TemplateDescription].self)
    #expect(templates.count == Template.all.count && templates[0].id == "product_showcase")
    #expect(templates.allSatisfy { !$0.defaults.beats.isEmpty && !$0.name.isEmpty })
    let models = try await call(.get, "/v1/models", as: [ModelDescription].self)
    #expect(models.contains { $0.id == "animatic" && $0.isDefault })
  }
}

@Suite(.timeLimit(.minutes(1)))
struct PlanExecutorTests {
  /// What becomes of a task that asks for a plan of `request`.
  private func report(_ request: VideoRequest) async throws -> TaskReport {
    let run = RunID.random()
    let command = TaskCommand(
      taskId: TaskID(run: run, step: .plan, generation: 1), runId: run, userId: "ada", step: .plan,
      generation: 1, input: .plan(PlanInput(request: request)), grantUSD: .zero)
    let migrations = QueueMigrations.all + Migrations.all
    return try await withDatabase(schema: "planner", migrations: migrations, poolSize: 4) { pool in
      let store = TaskStore(pool: pool)
      let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
      let worker = Worker(
        store: store, heartStore: store, executors: [.plan: PlanExecutor(writer: TemplatePlanWriter())],
        options: .init(owner: "test", poll: nil, drain: .zero), logger: logger, forget: { _ in })
      let group = ServiceGroup(services: [worker], logger: logger)
      return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        var report = try await store.submit(command)
        while !report.state.isTerminal {
          await store.bells.outbox.wait()
          try Task.checkCancellation()
          report = try await store.report(command.taskId)
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return report
      }
    }
  }

  @Test func aTaskEndsWithThePlan() async throws {
    let request = VideoRequest(prompt: "A red vintage car crosses the desert at dusk", durationSeconds: 7.3)
    let report = try await report(request)
    let spec = try TemplatePlanWriter().plan(request)
    #expect(report.state == .succeeded)
    #expect(report.result == .plan(PlanResult(spec: spec)))
  }

  @Test func aTaskThatCannotBePlannedFailsWithItsFaults() async throws {
    let report = try await report(VideoRequest(prompt: "A car", template: "soap"))
    #expect(report.state == .failed)
    #expect(report.fault?.kind == .userInput && report.fault?.detail.contains("/template") == true)
  }
}
