import Contracts
import Queue
import ServiceKit

/// Builds Planner from its settings.
struct Wiring {
  static let settings = WorkerService.settings

  let assembly: Assembly

  init(_ start: Start) throws {
    let worker = try WorkerService(start, migrations: Migrations.all)
    let writer = TemplatePlanWriter()
    var assembly = try worker.assembly(executors: [.plan: PlanExecutor(writer: writer)])
    assembly.internalRoutes.append(PlanRoutes(estimator: Estimator(writer: writer)).routes)
    self.assembly = assembly
  }
}
