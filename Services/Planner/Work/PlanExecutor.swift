import Contracts
import Providers
import Queue

/// Executes the tasks of the phase `plan`.
struct PlanExecutor: TaskExecutor {
  let writer: TemplatePlanWriter

  func execute(_ task: LeasedTask, _ context: TaskContext) async throws -> TaskResult {
    guard case .plan(let input) = task.command.input else {
      throw TaskFault(code: "foreign_task", detail: "Planner executes plans only.", kind: .bug)
    }
    return .plan(PlanResult(spec: try plan(input.request)))
  }

  /// The gateway has checked the request, but maybe another version of it.
  private func plan(_ request: VideoRequest) throws(TaskFault) -> Spec {
    do {
      return try writer.plan(request)
    } catch {
      let details = error.faults.map { "\($0.pointer): \($0.detail)" }.joined(separator: "; ")
      throw TaskFault(code: "invalid_request", detail: details, kind: .userInput)
    }
  }
}
