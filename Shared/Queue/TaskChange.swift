import Contracts

/// What one commit changes of a task; nil and zero leave things as they are.
struct TaskChange: Sendable {
  /// Taken by the shortest legal way.
  var state: TaskState?
  var progress: Int?
  var result: TaskResult?
  var fault: TaskFault?
  var waiting: Waiting?
  /// Added to the time worked so far.
  var workSeconds: Double = 0
  /// Gives the lease back and lets nobody claim the task for so long.
  var retryAfter: Duration?
  /// Who did it, for the history.
  var actor: String
}
