import Contracts
import FoundationEssentials
import Postgres

extension Turn {
  /// What the user's feed is to tell; of a deleted video only that it is gone.
  var feedEntries: [FeedEntry] {
    if run.deleting {
      guard !before.deleting, let last = shown.last else { return [] }
      return [entry(last, status: "deleted", message: "Deleted")]
    }
    return shown.map { entry($0, status: $0.status.rawValue, message: $0.message) }
  }

  private func entry(_ shown: Shown, status: String, message: String) -> FeedEntry {
    FeedEntry(
      seq: 0, type: "video", id: run.videoId.description, status: status, progress: shown.progress,
      message: message, version: shown.version, at: now)
  }
}

extension RunStore {
  /// Numbers the entries by the user's counter, whose lock is held from here to the commit: the last thing a
  /// transaction does.
  static func addFeed(_ turn: Turn, to batch: inout Batch) {
    let entries = turn.feedEntries
    if entries.isEmpty { return }
    let rows = entries.enumerated().map { index, entry -> SQL in
      """
      (\(index + 1)::bigint, \(entry.type), \(entry.id)::uuid, \(entry.status), \(entry.progress)::int,
        \(entry.message), \(entry.version)::bigint, \(entry.at)::timestamptz)
      """
    }
    let user = turn.run.userId
    batch.add(
      "counter",
      """
      INSERT INTO feed_counter (user_id, seq) VALUES (\(user), \(entries.count))
        ON CONFLICT (user_id) DO UPDATE SET seq = feed_counter.seq + excluded.seq
        RETURNING seq - \(entries.count) AS base
      """)
    batch.add(
      "fed",
      """
      INSERT INTO feed (user_id, seq, type, entity_id, status, progress, message, version, at)
        SELECT \(user), base + n, type, entity_id, status, progress, message, version, at
        FROM counter,
          (VALUES \(raw: rows.joined())) AS entry (n, type, entity_id, status, progress, message, version, at)
        RETURNING seq
      """)
  }

  /// Entries behind `after`, the oldest first; `type` and `id` narrow them without changing the numbers.
  func feed(
    user: String, after: Int, limit: Int, type: String? = nil, id: String? = nil
  ) async throws -> FeedPage {
    try await pool.withConnection { connection in
      let ends = try await connection.query(
        """
        SELECT seq AS last, coalesce((SELECT min(seq) FROM feed WHERE user_id = \(user)), seq + 1) AS first
          FROM feed_counter WHERE user_id = \(user)
        """)
      guard let ends = ends.first else { return FeedPage(entries: [], lastSeq: 0, firstSeq: 1) }
      let last: Int = try ends.decode("last")
      let rows = try await connection.query(
        """
        SELECT seq, type, entity_id, status, progress, message, version, at FROM feed
          WHERE user_id = \(user) AND seq > \(after) AND seq <= \(last)
            AND (\(type)::text IS NULL OR type = \(type)) AND (\(id)::uuid IS NULL OR entity_id = \(id)::uuid)
          ORDER BY seq LIMIT \(limit)
        """)
      return FeedPage(
        entries: try rows.map(Self.entry), lastSeq: last, firstSeq: try ends.decode("first"))
    }
  }

  private static func entry(_ row: Row) throws -> FeedEntry {
    let id: UUID = try row.decode("entity_id")
    return FeedEntry(
      seq: try row.decode("seq"), type: try row.decode("type"), id: id.uuidString.lowercased(),
      status: try row.decode("status"), progress: try row.decode("progress"),
      message: try row.decode("message"), version: try row.decode("version"), at: try row.decode("at"))
  }
}
