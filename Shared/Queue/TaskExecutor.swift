public import Contracts

/// Executes the tasks of one phase.
///
/// Throws `TaskFault` when the task cannot be done; every other error is a bug of the service, unless it
/// says itself what it is as `TaskFaultConvertible`. Cancellation of the Swift task means that the work has
/// to stop: its end was asked for, its lease is lost, or the process goes down. It may be called again for
/// the same task after a crash at any point, and then goes on from what is already stored.
public protocol TaskExecutor: Sendable {
  func execute(_ task: LeasedTask, _ context: TaskContext) async throws -> TaskResult
}

/// An error that knows what it means for the task it ends.
public protocol TaskFaultConvertible: Error {
  var taskFault: TaskFault { get }
}
