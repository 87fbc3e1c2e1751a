import Postgres

/// API keys as rows of the gateway's schema.
struct PostgresKeyStore: KeyStore {
  let pool: PostgresPool

  private static let columns: SQL = "id, user_id, name, prefix, code, scopes, created_at, revoked_at"

  func insert(_ key: APIKey) async throws -> APIKey {
    let inserted = try await pool.query(
      """
      INSERT INTO api_key (id, user_id, name, prefix, code, scopes)
        VALUES (\(key.id), \(key.userId), \(key.name), \(key.prefix), \(key.code), \(Scope.names(key.scopes)))
        ON CONFLICT (id) DO NOTHING RETURNING \(raw: Self.columns)
      """)
    if let row = inserted.first { return try Self.key(row) }
    let rows = try await pool.query("SELECT \(raw: Self.columns) FROM api_key WHERE id = \(key.id)")
    guard let row = rows.first else { throw PostgresError(.decoding, "a key was neither inserted nor there") }
    return try Self.key(row)
  }

  func key(prefix: String) async throws -> APIKey? {
    try await pool.query("SELECT \(raw: Self.columns) FROM api_key WHERE prefix = \(prefix)").first
      .map(Self.key)
  }

  func keys(of user: String?, after cursor: KeyID?, limit: Int) async throws -> [APIKey] {
    try await pool.query(
      """
      SELECT \(raw: Self.columns) FROM api_key
        WHERE (\(user)::text IS NULL OR user_id = \(user))
          AND (\(cursor)::uuid IS NULL
            OR (created_at, id) < (SELECT created_at, id FROM api_key WHERE id = \(cursor)))
        ORDER BY created_at DESC, id DESC LIMIT \(limit)
      """
    ).map(Self.key)
  }

  func revoke(_ id: KeyID, of user: String?) async throws -> Bool {
    try await pool.execute(
      """
      UPDATE api_key SET revoked_at = coalesce(revoked_at, clock_timestamp())
        WHERE id = \(id) AND (\(user)::text IS NULL OR user_id = \(user))
      """) == 1
  }

  private static func key(_ row: Row) throws -> APIKey {
    let scopes: [String] = try row.decode("scopes")
    return APIKey(
      id: try row.decode("id"), userId: try row.decode("user_id"), name: try row.decode("name"),
      prefix: try row.decode("prefix"), code: try row.decode("code"),
      scopes: Set(scopes.compactMap(Scope.init)), createdAt: try row.decode("created_at"),
      revokedAt: try row.decode("revoked_at"))
  }
}
