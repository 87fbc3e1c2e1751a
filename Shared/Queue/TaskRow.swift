import Contracts
import FoundationEssentials
import Postgres

/// A row of `task`, decoded once and whole.
struct TaskRow {
  let command: TaskCommand
  let report: TaskReport
  let requestedStatus: TaskSignal.RequestedStatus?
  let leaseToken: Int
  let claimsWithoutProgress: Int
  let transientFaults: Int

  /// What `init` reads, of any statement whose table is `task`.
  static let columns: SQL = """
    task.id, task.run_id, task.user_id, task.step_key, task.generation, task.input, task.grant_micros,
    task.traceparent, task.state, task.version, task.progress, task.claims, task.created_at,
    task.started_at, task.finished_at, task.work_seconds, task.cost_micros, task.result, task.fault,
    task.waiting, task.requested_status, task.lease_token, task.claims_without_progress,
    task.transient_faults
    """

  init(_ row: Row) throws {
    let step: StepKey = try row.decode("step_key")
    command = TaskCommand(
      taskId: try row.decode("id"), runId: try row.decode("run_id"), userId: try row.decode("user_id"),
      step: step, generation: try row.decode("generation"),
      input: try row.decode("input", as: JSONB<TaskInput>.self).value,
      grantUSD: MicroDollars(try row.decode("grant_micros")), traceparent: try row.decode("traceparent"))
    report = TaskReport(
      taskId: command.taskId, runId: command.runId, step: step, generation: command.generation,
      state: try row.decode("state"), version: try row.decode("version"),
      progress: try row.decode("progress"), attempts: try row.decode("claims"),
      createdAt: try row.decode("created_at"), startedAt: try row.decode("started_at"),
      finishedAt: try row.decode("finished_at"), workSeconds: try row.decode("work_seconds"),
      costUSD: MicroDollars(try row.decode("cost_micros")),
      result: try row.decode("result", as: JSONB<TaskResult>?.self)?.value,
      fault: try row.decode("fault", as: JSONB<TaskFault>?.self)?.value,
      waitingOn: try row.decode("waiting", as: JSONB<Waiting>?.self)?.value)
    requestedStatus = try row.decode("requested_status")
    leaseToken = try row.decode("lease_token")
    claimsWithoutProgress = try row.decode("claims_without_progress")
    transientFaults = try row.decode("transient_faults")
  }
}
