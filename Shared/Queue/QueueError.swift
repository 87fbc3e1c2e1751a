public import Contracts

/// Why a command or a write was refused; what Postgres itself says stays a `PostgresError`.
public enum QueueError: Error, Sendable, Equatable {
  /// There is no such task.
  case notFound
  /// The id is taken by a task with other contents.
  case conflict
  /// The task's run was deleted.
  case gone
  /// This service does not execute such a step.
  case foreign(Phase)
  /// Another worker has the task now, or nobody: whoever gets this stops and touches nothing.
  case leaseLost
  /// The machine has no such way.
  case illegal(from: TaskState, to: TaskState)

  /// Never: each of them will be the same the next time.
  public var isTransient: Bool { false }
}
