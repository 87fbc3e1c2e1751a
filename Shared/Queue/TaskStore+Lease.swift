public import Contracts
import Postgres

extension TaskStore {
  /// Takes up to `limit` tasks that may be worked on now.
  ///
  /// Users take turns: a task's turn is its place among its user's, behind those that are already being
  /// worked on. The ranking and the locking are two steps, as a window cannot be locked; the lock checks
  /// again. A task that was claimed five times without a step forward is quarantined instead.
  public func claim(limit: Int, owner: String, lease: Duration) async throws -> [LeasedTask] {
    let (tasks, wrote) = try await pool.transaction { connection in
      let rows = try await connection.query(Self.claim(limit: limit, owner: owner, lease: lease))
      var tasks: [LeasedTask] = []
      var wrote = false
      for row in rows {
        let task = try TaskRow(row)
        let fence = Fence(task: task.command.taskId, token: task.leaseToken)
        if task.claimsWithoutProgress > Self.claimsUntilQuarantine {
          let change = TaskChange(state: .quarantined, fault: .poisonous, actor: owner)
          _ = try await write(change, fence, on: connection)
          wrote = true
        } else if try row.decode("was_waiting") {
          try await Outbox.append(
            Fact(report: task.report, traceparent: task.command.traceparent), on: connection)
          tasks.append(LeasedTask(task))
          wrote = true
        } else {
          tasks.append(LeasedTask(task))
        }
      }
      return (tasks, wrote)
    }
    if wrote { bells.outbox.ring() }
    return tasks
  }

  /// How often a task may be claimed without a step forward.
  static let claimsUntilQuarantine = 5

  private static func claim(limit: Int, owner: String, lease: Duration) -> SQL {
    """
    WITH busy AS (
      SELECT user_id, count(*) AS tasks FROM task
      WHERE state NOT IN ('succeeded', 'failed', 'canceled', 'quarantined')
        AND lease_expires_at >= clock_timestamp()
      GROUP BY user_id
    ), ranked AS (
      SELECT id, priority, run_at, coalesce(busy.tasks, 0)
        + row_number() OVER (PARTITION BY user_id ORDER BY priority, run_at, id) AS turn
      FROM task LEFT JOIN busy USING (user_id)
      WHERE state NOT IN ('succeeded', 'failed', 'canceled', 'quarantined')
        AND run_at <= clock_timestamp() AND coalesce(lease_expires_at, '-infinity') < clock_timestamp()
    ), picked AS (
      SELECT task.id, task.waiting IS NOT NULL AS was_waiting FROM task JOIN ranked ON ranked.id = task.id
      WHERE task.state NOT IN ('succeeded', 'failed', 'canceled', 'quarantined')
        AND task.run_at <= clock_timestamp()
        AND coalesce(task.lease_expires_at, '-infinity') < clock_timestamp()
      ORDER BY ranked.turn, ranked.priority, ranked.run_at, task.id
      LIMIT \(limit) FOR UPDATE OF task SKIP LOCKED
    )
    UPDATE task SET lease_owner = \(owner), lease_token = lease_token + 1,
      lease_expires_at = clock_timestamp() + make_interval(secs => \(lease / .seconds(1))),
      claims = claims + 1, claims_without_progress = claims_without_progress + 1,
      started_at = coalesce(started_at, clock_timestamp()), updated_at = clock_timestamp(),
      version = version + was_waiting::int, waiting = NULL
    FROM picked WHERE task.id = picked.id
    RETURNING \(raw: TaskRow.columns), was_waiting
    """
  }

  /// Prolongs the leases that are still ours and says what is asked of their tasks.
  ///
  /// A lease that is missing in the answer is lost.
  public func heartbeat(
    _ fences: [Fence], lease: Duration
  ) async throws -> [TaskID: TaskSignal.RequestedStatus?] {
    let rows = try await pool.query(
      """
      UPDATE task SET lease_expires_at = clock_timestamp()
        + make_interval(secs => \(lease / .seconds(1)))
      FROM unnest(\(fences.map(\.task.description))::uuid[], \(fences.map(\.token))::bigint[])
        AS held (id, token)
      WHERE task.id = held.id AND task.lease_token = held.token
        AND state NOT IN ('succeeded', 'failed', 'canceled', 'quarantined')
      RETURNING task.id, requested_status
      """)
    var kept: [TaskID: TaskSignal.RequestedStatus?] = [:]
    for row in rows {
      kept.updateValue(try row.decode("requested_status"), forKey: try row.decode("id"))
    }
    return kept
  }

  /// Ends the leases of a process that is no more, so that its tasks go on at once; how many there were.
  ///
  /// For a process that starts under the name of an earlier one.
  @discardableResult
  public func releaseAll(of owner: String) async throws -> Int {
    try await pool.execute(
      """
      UPDATE task SET lease_owner = NULL, lease_expires_at = NULL, lease_token = lease_token + 1,
        updated_at = clock_timestamp()
      WHERE lease_owner = \(owner) AND state NOT IN ('succeeded', 'failed', 'canceled', 'quarantined')
      """)
  }

  /// Gives a lease back so that another worker can go on at once; the claim does not count.
  public func release(_ fence: Fence) async throws {
    let released = try await pool.execute(
      """
      UPDATE task SET lease_owner = NULL, lease_expires_at = NULL, lease_token = lease_token + 1,
        claims_without_progress = greatest(claims_without_progress - 1, 0), updated_at = clock_timestamp()
      WHERE id = \(fence.task) AND lease_token = \(fence.token)
      """)
    guard released == 1 else { throw QueueError.leaseLost }
    bells.tasks.ring()
  }
}

/// What a worker shows with every write: the task, and the token of the lease under which it acts.
public struct Fence: Sendable, Hashable {
  public let task: TaskID
  public let token: Int

  public init(task: TaskID, token: Int) {
    self.task = task
    self.token = token
  }
}

extension TaskFault {
  fileprivate static let poisonous = TaskFault(
    code: "task_poisonous",
    detail: "The task was begun five times and each time the worker went away before it came any further.",
    kind: .bug)
}
