import Contracts
import FoundationEssentials
import Postgres

/// Which videos a list shows.
struct VideoFilter: Sendable, Equatable {
  enum Sort: String, Sendable, CaseIterable { case newest, oldest, updated }

  var limit = 20
  var cursor: VideoCursor?
  var status: VideoStatus?
  var text: String?
  var provider: String?
  var sort = Sort.newest
}

/// Where a page of a list ends: the sorted time in microseconds since 1970, and the id.
struct VideoCursor: Sendable, Equatable, LosslessStringConvertible {
  let at: Date
  let id: VideoID

  init(at: Date, id: VideoID) {
    self.at = at
    self.id = id
  }

  init?(_ description: String) {
    let parts = description.split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count == 2, let micros = Int(parts[0]), abs(micros) < 1 << 53,
      let id = VideoID(String(parts[1]))
    else { return nil }
    self.init(at: Date(timeIntervalSince1970: Double(micros) / 1_000_000), id: id)
  }

  var description: String { "\(Int((at.timeIntervalSince1970 * 1_000_000).rounded()))_\(id)" }
}

extension RunStore {
  /// Stores a video and begins it; the same request again answers what is there.
  ///
  /// Throws `conflict` for an id that another request, or another user, has; `notFound` for a deleted one.
  func create(_ id: VideoID, user: String, _ message: CreateVideo) async throws -> VideoDocument {
    try await committing { connection in
      let now = try await Self.insertRun(id, user: user, message, on: connection)
      guard let now else { return try await Self.existing(id, user: user, message, on: connection) }
      let run = RunSnapshot(
        id: RunID(id.uuid), userId: user, request: message.request, traceparent: message.traceparent, now: now
      )
      try await Self.insertVideo(run, on: connection)
      let turn = Turn.creating(run, now: now)
      let ripple = try await Self.write(turn, on: connection)
      return Outcome(answer: turn.run.document(createdAt: now, updatedAt: now), ripple: ripple)
    }
  }

  /// The database's clock; nil when the run is there already.
  private static func insertRun(
    _ id: VideoID, user: String, _ message: CreateVideo, on connection: PostgresConnection
  ) async throws -> Date? {
    let deleted = try await connection.query("SELECT 1 AS one FROM deletion WHERE video_id = \(id)")
    if !deleted.isEmpty { throw StoreError.notFound }
    let rows = try await connection.query(
      """
      INSERT INTO run (id, user_id, traceparent, approved, prices, budget_micros)
        VALUES (\(id), \(user), \(message.traceparent), \(message.request.approval == .auto),
          \(JSONB(Prices.free)), \(message.request.budgetUSD?.micros))
        ON CONFLICT DO NOTHING RETURNING created_at
      """)
    return try rows.first?.decode("created_at")
  }

  private static func existing(
    _ id: VideoID, user: String, _ message: CreateVideo, on connection: PostgresConnection
  ) async throws -> Outcome<VideoDocument> {
    let loaded = try await load(RunID(id.uuid), locking: false, on: connection).first
    guard let loaded, !loaded.run.deleting else { throw StoreError.notFound }
    guard loaded.run.userId == user, loaded.run.request == message.request else { throw StoreError.conflict }
    return Outcome(answer: loaded.document, ripple: Ripple())
  }

  private static func insertVideo(_ run: RunSnapshot, on connection: PostgresConnection) async throws {
    let since = run.statusSince
    try await connection.execute(
      """
      INSERT INTO video (id, user_id, request, provider, status, status_since, generation, version, progress,
          created_at, updated_at)
        VALUES (\(run.id), \(run.userId), \(JSONB(run.request)), \(run.provider), \(run.status), \(since),
          \(run.generation), \(run.version), \(run.progress), \(since), \(since))
      """)
    try await connection.execute(
      """
      INSERT INTO transition (video_id, version, generation, to_status, actor, at)
        VALUES (\(run.id), \(run.version), \(run.generation), \(run.status), \(Actor.user), \(since))
      """)
  }

  func video(_ id: VideoID, user: String) async throws -> VideoDocument {
    try await pool.withConnection { connection in
      try await Self.video(id, user: user, on: connection).document
    }
  }

  /// Throws `notFound` for what the user does not have.
  static func video(_ id: VideoID, user: String, on connection: PostgresConnection) async throws -> Loaded {
    let loaded = try await load(RunID(id.uuid), locking: false, on: connection).first
    guard let loaded, loaded.run.userId == user, !loaded.run.deleting else { throw StoreError.notFound }
    return loaded
  }

  func videos(user: String, _ filter: VideoFilter) async throws -> Page<VideoDocument> {
    try await pool.withConnection { connection in
      var found = try await Self.load(Self.selecting(filter.sql(user: user)), on: connection)
      let hasMore = found.count > filter.limit
      if hasMore { found.removeLast() }
      let last = found.last.map { VideoCursor(at: filter.key(of: $0), id: $0.run.videoId) }
      return Page(items: found.map(\.document), nextCursor: hasMore ? last?.description : nil)
    }
  }

  func history(_ id: VideoID, user: String) async throws -> [Transition] {
    try await pool.withConnection { connection in
      _ = try await Self.video(id, user: user, on: connection)
      return try await connection.query(
        """
        SELECT from_status, to_status, at, actor, version, generation, detail FROM transition
          WHERE video_id = \(id) ORDER BY version
        """
      ).map { row in
        Transition(
          from: try row.decode("from_status"), to: try row.decode("to_status"), at: try row.decode("at"),
          actor: try row.decode("actor"), version: try row.decode("version"),
          generation: try row.decode("generation"), detail: try row.decode("detail"))
      }
    }
  }

  func ledger(_ id: VideoID, user: String) async throws -> [LedgerEntry] {
    try await pool.withConnection { connection in
      _ = try await Self.video(id, user: user, on: connection)
      return try await connection.query(
        """
        SELECT kind, amount_micros, step_key, provider, at FROM ledger
          WHERE run_id = \(id) ORDER BY id
        """
      ).map { row in
        LedgerEntry(
          kind: try row.decode("kind"), amountUSD: MicroDollars(try row.decode("amount_micros")),
          stepKey: try row.decode("step_key"), provider: try row.decode("provider"), at: try row.decode("at"))
      }
    }
  }
}

extension VideoFilter {
  fileprivate func key(of loaded: Loaded) -> Date { sort == .updated ? loaded.updatedAt : loaded.createdAt }

  /// One row more than asked for tells whether there is a next page.
  fileprivate func sql(user: String) -> SQL {
    var sql: SQL = "WHERE video.user_id = \(user) AND video.deleted_at IS NULL"
    if let status { sql += " AND video.status = \(status)" }
    if let provider { sql += " AND video.provider = \(provider)" }
    if let text {
      sql += """
         AND (strpos(lower(video.request->>'prompt'), lower(\(text))) > 0
          OR strpos(lower(video.title), lower(\(text))) > 0)
        """
    }
    let column: SQL = sort == .updated ? "video.updated_at" : "video.created_at"
    if let cursor {
      let relation: SQL = sort == .oldest ? ">" : "<"
      sql +=
        " AND (\(raw: column), video.id) \(raw: relation) (\(cursor.at)::timestamptz, \(cursor.id)::uuid)"
    }
    let direction: SQL = sort == .oldest ? "ASC" : "DESC"
    sql += " ORDER BY \(raw: column) \(raw: direction), video.id \(raw: direction) LIMIT \(limit + 1)"
    return sql
  }
}
