public import Contracts
public import Postgres

/// A place in a film for one thing, of which there may be several takes: chunk 3, the music.
public struct Slot: Sendable {
  /// The same for every take: the key of the first take's first file.
  public let name: String
  /// The files of a take, in the order in which they are made.
  public let roles: [String]
  /// The key of a role's file in a take; takes count from 1.
  public let key: @Sendable (_ role: String, _ take: Int) -> String

  public init(name: String, roles: [String], key: @escaping @Sendable (String, Int) -> String) {
    self.name = name
    self.roles = roles
    self.key = key
  }
}

/// The takes of a service, one row per file: reserved before it is made, kept once it is stored.
///
/// Numbers come from here and never come back. An attempt of the same task finds the number that an earlier
/// one had. The tables of all services have the same columns.
public struct TakeStore: Sendable {
  private let table: String
  private let pool: PostgresPool

  public init(table: String, pool: PostgresPool) {
    self.table = table
    self.pool = pool
  }

  /// The number that the task has reserved in a slot; a new one is the next that was never used.
  func reserve(_ slot: Slot, for task: TaskCommand, on connection: PostgresConnection) async throws -> Int {
    let table: SQL = "\(identifier: table)"
    _ = try await connection.query(
      "SELECT 1 AS one FROM pg_advisory_xact_lock(hashtextextended(\(slot.name), 1))")
    let own = try await connection.query(
      """
      SELECT take FROM \(raw: table)
      WHERE slot = \(slot.name) AND task_id = \(task.taskId) AND state <> 'abandoned' LIMIT 1
      """)
    let next = try await connection.query(
      "SELECT coalesce(max(take), 0) + 1 AS take FROM \(raw: table) WHERE slot = \(slot.name)")
    let take: Int = try (own.first ?? next.first)?.decode("take") ?? 1
    // An older version of the service may have reserved fewer roles.
    for role in slot.roles {
      try await connection.execute(
        """
        INSERT INTO \(raw: table) (slot, take, role, key, task_id, run_id, user_id)
        VALUES (\(slot.name), \(take), \(role), \(slot.key(role, take)), \(task.taskId), \(task.runId),
          \(task.userId))
        ON CONFLICT (slot, take, role) DO NOTHING
        """)
    }
    return take
  }

  /// Gives up a number whose key is taken by something else.
  func abandon(_ slot: Slot, take: Int, on connection: PostgresConnection) async throws {
    try await connection.execute(
      """
      UPDATE \(identifier: table) SET state = 'abandoned'
      WHERE slot = \(slot.name) AND take = \(take) AND state = 'reserved'
      """)
  }

  /// Notes the stored files of a take.
  func keep(
    _ slot: Slot, take: Int, files: [String: ArtifactReference], on connection: PostgresConnection
  ) async throws {
    for (role, file) in files {
      try await connection.execute(
        """
        UPDATE \(identifier: table)
        SET state = 'kept', bytes = \(file.bytes), sha256 = \(file.sha256), kept_at = clock_timestamp()
        WHERE slot = \(slot.name) AND take = \(take) AND role = \(role)
        """)
    }
  }

  /// The keys of everything that was made, or begun, for a run.
  public func keys(of run: RunID) async throws -> [String] {
    let rows = try await pool.query(
      "SELECT key FROM \(identifier: table) WHERE run_id = \(run) ORDER BY key")
    return try rows.map { try $0.decode("key") }
  }

  /// Removes the rows of a run.
  public func forget(_ run: RunID) async throws {
    try await pool.execute("DELETE FROM \(identifier: table) WHERE run_id = \(run)")
  }
}
