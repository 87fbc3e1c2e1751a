import FoundationEssentials
import Postgres

/// Idempotency records as rows of the gateway's schema.
struct PostgresIdempotencyStore: IdempotencyStore {
  let pool: PostgresPool

  func begin(_ request: KeyedRequest, minting id: UUID) async throws -> KeyedDecision {
    try await pool.transaction { connection in
      let inserted = try await connection.execute(
        """
        INSERT INTO idempotency (user_id, key, fingerprint, entity_id, state, locked_until, expires_at)
          VALUES (\(request.userId), \(request.key), \(request.fingerprint), \(id), 'running',
            clock_timestamp() + interval '60 seconds', clock_timestamp() + interval '24 hours')
          ON CONFLICT (user_id, key) DO NOTHING
        """)
      if inserted == 1 { return .proceed(id) }
      return try await Self.decide(request, minting: id, on: connection)
    }
  }

  func finish(_ request: KeyedRequest, with answer: Answer) async throws {
    try await pool.execute(
      """
      UPDATE idempotency SET state = 'done', status = \(answer.status), headers = \(JSONB(answer.headers)),
          body = \(answer.body), expires_at = clock_timestamp() + interval '24 hours'
        WHERE user_id = \(request.userId) AND key = \(request.key)
          AND fingerprint = \(request.fingerprint) AND state = 'running'
      """)
  }

  func release(_ request: KeyedRequest) async throws {
    try await pool.execute(
      """
      UPDATE idempotency SET locked_until = clock_timestamp()
        WHERE user_id = \(request.userId) AND key = \(request.key)
          AND fingerprint = \(request.fingerprint) AND state = 'running'
      """)
  }

  func purge() async throws -> Int {
    try await pool.execute("DELETE FROM idempotency WHERE expires_at < clock_timestamp()")
  }

  /// The row is there: whoever locks it first decides for himself.
  private static func decide(
    _ request: KeyedRequest, minting id: UUID, on connection: PostgresConnection
  ) async throws -> KeyedDecision {
    let rows = try await connection.query(
      """
      SELECT fingerprint, entity_id, state, status, headers, body,
          locked_until > clock_timestamp() AS locked, expires_at < clock_timestamp() AS expired
        FROM idempotency WHERE user_id = \(request.userId) AND key = \(request.key) FOR UPDATE
      """)
    // Purged between the two statements: the sender comes again, and finds nothing.
    guard let row = rows.first else { return .inFlight }
    if try row.decode("expired", as: Bool.self) {
      try await take(request, id, on: connection)
      return .proceed(id)
    }
    if try row.decode("fingerprint", as: String.self) != request.fingerprint { return .otherRequest }
    if try row.decode("state", as: String.self) == "done" { return .replay(try answer(row)) }
    if try row.decode("locked", as: Bool.self) { return .inFlight }
    let minted: UUID = try row.decode("entity_id")
    try await take(request, minted, on: connection)
    return .proceed(minted)
  }

  private static func take(
    _ request: KeyedRequest, _ id: UUID, on connection: PostgresConnection
  ) async throws {
    try await connection.execute(
      """
      UPDATE idempotency SET fingerprint = \(request.fingerprint), entity_id = \(id), state = 'running',
          status = NULL, headers = NULL, body = NULL,
          locked_until = clock_timestamp() + interval '60 seconds',
          expires_at = clock_timestamp() + interval '24 hours'
        WHERE user_id = \(request.userId) AND key = \(request.key)
      """)
  }

  private static func answer(_ row: Row) throws -> Answer {
    let headers: JSONB<[String: String]>? = try row.decode("headers")
    let body: Data? = try row.decode("body")
    return Answer(
      status: try row.decode("status"), headers: headers?.value ?? [:], body: body ?? Data())
  }
}
