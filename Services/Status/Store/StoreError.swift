/// Why a change was not stored; what Postgres itself says stays a `PostgresError`.
enum StoreError: Error, Sendable, Equatable {
  /// There is no such video, or it is another user's, or it was deleted.
  case notFound
  /// Another turn was there first, although this one held the run's lock: a program error, seen in time.
  case superseded
  /// The id is taken by another request.
  case conflict
  /// The caller has seen version `expected`, the video is at `actual`.
  case versionMismatch(expected: Int, actual: Int)
  /// The cap is below what the run has committed already.
  case belowCommitted

  var isTransient: Bool { self == .superseded }
}
