public import Contracts
public import Postgres

/// What a consumer has already applied: makes "at least once" into "once".
public struct Inbox: Sendable {
  /// Consumers with the same name share what they have seen.
  public let consumer: String

  public init(consumer: String) { self.consumer = consumer }

  /// Whether the event is new to the consumer; it counts as seen when the transaction commits.
  public func accept(_ event: EventID, on connection: PostgresConnection) async throws -> Bool {
    try await connection.execute(
      """
      INSERT INTO inbox (consumer, event_id) VALUES (\(consumer), \(event)) ON CONFLICT DO NOTHING
      """) == 1
  }

  /// Forgets events that were seen longer ago than `age`.
  public func prune(olderThan age: Duration, on pool: PostgresPool) async throws -> Int {
    try await pool.execute(
      """
      DELETE FROM inbox WHERE consumer = \(consumer)
        AND seen_at < clock_timestamp() - make_interval(secs => \(age / .seconds(1)))
      """)
  }
}
