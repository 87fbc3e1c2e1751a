import Contracts
import FoundationEssentials
import Postgres
import ServiceKit

/// What a request was answered, and is answered again when it comes twice.
enum StoredAnswer: Sendable, Equatable {
  case video(VideoDocument)
  case deletion(DeletionReceipt)
  case refused(Problem)
}

extension RunStore {
  /// Does what a user asks of a video, once per action id, and remembers the answer with it.
  ///
  /// Throws `notFound` for another's video and `conflict` for an id that was used for something else.
  func act(
    _ action: ActionID, on id: VideoID, user: String, _ message: ActOnVideo
  ) async throws -> StoredAnswer {
    try await committing { connection in
      // The lock keeps the same request, sent twice at once, from being done twice.
      try await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(\(action.description), 0))")
      if let answer = try await Self.answer(action, on: id, user: user, message, on: connection) {
        return Outcome(answer: answer, ripple: Ripple())
      }
      return try await perform(action, on: id, user: user, message, on: connection)
    }
  }

  private static func answer(
    _ action: ActionID, on id: VideoID, user: String, _ message: ActOnVideo,
    on connection: PostgresConnection
  ) async throws -> StoredAnswer? {
    let rows = try await connection.query(
      """
      SELECT video_id, user_id, action, status, answer,
          action <> 'delete' AND EXISTS (SELECT FROM deletion WHERE video_id = action.video_id) AS is_gone
        FROM action WHERE id = \(action)
      """)
    guard let row = rows.first else { return nil }
    let owner: String = try row.decode("user_id")
    let video: VideoID = try row.decode("video_id")
    guard owner == user, video == id, try row.decode("action") == message.action.rawValue else {
      throw StoreError.conflict
    }
    if try row.decode("is_gone") { throw StoreError.notFound }
    if try row.decode("status", as: Int.self) >= 400 {
      return .refused(try row.decode("answer", as: JSONB<Problem>.self).value)
    }
    return message.action == .delete
      ? .deletion(try row.decode("answer", as: JSONB<DeletionReceipt>.self).value)
      : .video(try row.decode("answer", as: JSONB<VideoDocument>.self).value)
  }

  private func perform(
    _ action: ActionID, on id: VideoID, user: String, _ message: ActOnVideo,
    on connection: PostgresConnection
  ) async throws -> Outcome<StoredAnswer> {
    let loaded = try await Self.load(RunID(id.uuid), locking: true, on: connection).first
    guard let loaded, loaded.run.userId == user, !loaded.run.deleting else { throw StoreError.notFound }
    if let expected = message.expectedVersion, expected != loaded.run.version {
      throw StoreError.versionMismatch(expected: expected, actual: loaded.run.version)
    }
    var turn = Turn(loaded.run, now: loaded.now)
    if case .illegal(let allowed) = turn.request(message.action) {
      let problem = Problem(refusing: message.action, in: loaded.run.status, allowed: allowed)
      try await Self.remember(action, id, user, message, 409, JSONB(problem), on: connection)
      return Outcome(answer: .refused(problem), ripple: Ripple())
    }
    if message.action == .delete { try await Self.openDeletion(turn, on: connection) }
    let ripple = try await Self.write(turn, on: connection)
    if message.action == .delete {
      let receipt = DeletionReceipt(
        status: "erasing", requestedAt: loaded.now, finishedAt: nil, waitingFor: ServiceName.executing)
      try await Self.remember(action, id, user, message, 202, JSONB(receipt), on: connection)
      return Outcome(answer: .deletion(receipt), ripple: ripple)
    }
    let updatedAt = turn.shown.isEmpty ? loaded.updatedAt : loaded.now
    let document = turn.run.document(createdAt: loaded.createdAt, updatedAt: updatedAt)
    try await Self.remember(action, id, user, message, 202, JSONB(document), on: connection)
    return Outcome(answer: .video(document), ripple: ripple)
  }

  private static func remember(
    _ action: ActionID, _ id: VideoID, _ user: String, _ message: ActOnVideo, _ status: Int,
    _ answer: some PostgresBindable, on connection: PostgresConnection
  ) async throws {
    try await connection.execute(
      """
      INSERT INTO action (id, video_id, user_id, action, status, answer)
        VALUES (\(action), \(id), \(user), \(message.action), \(status), \(answer))
      """)
  }

  /// Changes what may be changed of a video at any time.
  func change(_ id: VideoID, user: String, _ message: ChangeVideo) async throws -> VideoDocument {
    try await committing { connection in
      let loaded = try await Self.load(RunID(id.uuid), locking: true, on: connection).first
      guard let loaded, loaded.run.userId == user, !loaded.run.deleting else { throw StoreError.notFound }
      if let expected = message.expectedVersion, expected != loaded.run.version {
        throw StoreError.versionMismatch(expected: expected, actual: loaded.run.version)
      }
      var turn = Turn(loaded.run, now: loaded.now)
      guard turn.change(title: message.title, budget: message.budgetUSD) else {
        throw StoreError.belowCommitted
      }
      let ripple = try await Self.write(turn, on: connection)
      let updatedAt = turn.shown.isEmpty ? loaded.updatedAt : loaded.now
      return Outcome(
        answer: turn.run.document(createdAt: loaded.createdAt, updatedAt: updatedAt), ripple: ripple)
    }
  }
}

extension Problem {
  fileprivate init(refusing action: VideoAction, in status: VideoStatus, allowed: [VideoAction]) {
    let names = allowed.map(\.rawValue).joined(separator: ", ")
    self = .conflict(
      "A video that is \(status.rawValue) cannot take \(action.rawValue); it can take \(names).",
      code: "illegal_action")
  }
}
