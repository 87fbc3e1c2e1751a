public import Contracts

/// A task that this process may work on, until its lease runs out.
public struct LeasedTask: Sendable, Equatable {
  public let command: TaskCommand
  /// The fence: every write carries it, and a newer lease has a greater one.
  public let leaseToken: Int
  public let version: Int
  /// How far an earlier attempt came.
  public let state: TaskState
  /// Counts the claims, this one included.
  public let attempts: Int
  /// How many attempts ended in a fault that passes by itself.
  public let transientFaults: Int
  /// Whether its end was asked for before it began.
  public let isCancelRequested: Bool
  /// Time that earlier attempts worked.
  public let workSeconds: Double

  init(_ row: TaskRow) {
    command = row.command
    leaseToken = row.leaseToken
    version = row.report.version
    state = row.report.state
    attempts = row.report.attempts
    transientFaults = row.transientFaults
    isCancelRequested = row.requestedStatus == .cancel
    workSeconds = row.report.workSeconds ?? 0
  }

  public var id: TaskID { command.taskId }
}
