public import Contracts
import FoundationEssentials
public import Postgres

/// The facts of a service on their way to whoever wants to know.
public struct Outbox: Sendable {
  /// A fact as the relay publishes it.
  public struct Entry: Sendable, Equatable {
    public let id: Int
    /// A `Fact` as JSON.
    public let payload: String
  }

  private let pool: PostgresPool

  public init(pool: PostgresPool) { self.pool = pool }

  /// Writes a fact in the transaction that makes it true.
  public static func append(_ fact: Fact, on connection: PostgresConnection) async throws {
    try await connection.execute(
      """
      INSERT INTO outbox (aggregate_id, aggregate_version, type, payload)
      VALUES (\(fact.report.taskId), \(fact.report.version), \(Fact.type), \(JSONB(fact)))
      """)
  }

  /// Hands the oldest unpublished facts to `publish` and marks them once it returns; how many there were.
  ///
  /// Whatever happens in between, a fact is published at least once; several relays share the work. Rows
  /// are found by `published_at`, never by a cursor on `id`: ids commit out of order.
  public func relay(
    limit: Int, publish: @Sendable ([Entry]) async throws -> Void
  ) async throws -> Int {
    try await pool.transaction { connection in
      let rows = try await connection.query(
        """
        SELECT id, payload::text AS payload FROM outbox WHERE published_at IS NULL
        ORDER BY id LIMIT \(limit) FOR UPDATE SKIP LOCKED
        """)
      guard !rows.isEmpty else { return 0 }
      var entries: [Entry] = []
      for row in rows {
        entries.append(Entry(id: try row.decode("id"), payload: try row.decode("payload")))
      }
      try await publish(entries)
      try await connection.execute(
        """
        UPDATE outbox SET published_at = clock_timestamp()
        WHERE id = ANY(\(entries.map(\.id))::bigint[])
        """)
      return rows.count
    }
  }

  /// Serves the facts after a cursor, oldest first, and the cursor behind them.
  ///
  /// Only transactions older than every running one are served, so a row that commits late is never
  /// passed over. A nil cursor begins at the oldest fact that is kept.
  public func facts(after cursor: FactCursor?, limit: Int) async throws -> FactPage {
    let after = cursor ?? .beginning
    let rows = try await pool.query(
      """
      SELECT txid::text AS txid, id, payload FROM outbox
      WHERE (txid, id) > (\(after.transaction)::xid8, \(after.id))
        AND txid < pg_snapshot_xmin(pg_current_snapshot())
      ORDER BY txid, id LIMIT \(limit)
      """)
    var page = FactPage(facts: [], next: after.description)
    for row in rows {
      page.facts.append(try row.decode("payload", as: JSONB<Fact>.self).value)
      page.next = FactCursor(transaction: try row.decode("txid"), id: try row.decode("id")).description
    }
    return page
  }

  /// Forgets facts that were published longer ago than `age`.
  public func prune(olderThan age: Duration) async throws -> Int {
    try await pool.execute(
      """
      DELETE FROM outbox
      WHERE published_at < clock_timestamp() - make_interval(secs => \(age / .seconds(1)))
      """)
  }
}

/// Where a reader of facts is: behind a row of a transaction.
public struct FactCursor: Sendable, Equatable, LosslessStringConvertible {
  /// A 64-bit transaction id in decimal digits, as Postgres writes `xid8`.
  public let transaction: String
  public let id: Int

  public static let beginning = Self(transaction: "0", id: 0)

  init(transaction: String, id: Int) {
    self.transaction = transaction
    self.id = id
  }

  /// Nil unless `description` is `{txid}:{id}`, both decimal and not negative.
  public init?(_ description: String) {
    let parts = description.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let transaction = UInt64(parts[0]), let id = Int(parts[1]), id >= 0 else {
      return nil
    }
    self.init(transaction: String(transaction), id: id)
  }

  public var description: String { "\(transaction):\(id)" }
}
