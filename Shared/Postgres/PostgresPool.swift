public import EventLoop
public import Logging
import Synchronization

/// At most `size` sessions, which callers share in the order in which they ask.
///
/// ```swift
/// try await pool.transaction { session in
///   let rows = try await session.query("SELECT title FROM video WHERE id = \(id) FOR UPDATE")
///   guard let row = rows.first else { return }
///   let title: String = try row.decode("title")
///   try await session.execute("UPDATE video SET title = \(title + "!") WHERE id = \(id)")
/// }
/// ```
///
/// Keep `size` × processes below `max_connections` of the server. A session that broke, or was left inside a
/// transaction, is discarded; other settings of a session outlive their caller.
public final class PostgresPool: Sendable {
  private typealias Grant = PoolState<PostgresConnection>.Grant
  private typealias Waiter = CheckedContinuation<Result<Grant, PostgresError>, Never>

  private struct State {
    var pool: PoolState<PostgresConnection>
    var waiters: [UInt64: Waiter] = [:]
    var lastID: UInt64 = 0
  }

  public let configuration: PostgresConfiguration
  private let loop: EventLoop
  private let logger: Logger
  private let state: Mutex<State>

  /// Opens nothing yet.
  public init(_ configuration: PostgresConfiguration, size: Int, loop: EventLoop, logger: Logger) {
    self.configuration = configuration
    self.loop = loop
    self.logger = logger
    state = Mutex(State(pool: PoolState(size: size)))
  }

  /// Lends a session to `body`, which must not keep it.
  public func withConnection<Answer: Sendable>(
    _ body: (PostgresConnection) async throws -> Answer
  ) async throws -> Answer {
    let connection = try await acquire()
    do {
      let answer = try await body(connection)
      await release(connection)
      return answer
    } catch {
      await release(connection)
      throw error
    }
  }

  /// Runs `body` in a transaction, which is committed when it returns and rolled back when it throws.
  ///
  /// Nothing is retried. Throws `commitUnknown` if the answer to COMMIT was lost.
  public func transaction<Answer: Sendable>(
    _ body: (PostgresConnection) async throws -> Answer
  ) async throws -> Answer {
    try await withConnection { connection in
      try await connection.execute("BEGIN")
      let answer: Answer
      do {
        answer = try await body(connection)
        // A body that swallowed its cancellation must not be committed.
        if Task.isCancelled { throw PostgresError(.cancelled, "cancelled before COMMIT") }
      } catch {
        await connection.rollback()
        throw error
      }
      try await connection.commit()
      return answer
    }
  }

  /// Runs one statement and returns its rows.
  public func query(_ sql: SQL) async throws(PostgresError) -> [Row] {
    let connection = try await acquire()
    do {
      let rows = try await connection.query(sql)
      await release(connection)
      return rows
    } catch {
      await release(connection)
      throw error
    }
  }

  /// Runs one statement and returns how many rows it touched.
  @discardableResult
  public func execute(_ sql: SQL) async throws(PostgresError) -> Int {
    let connection = try await acquire()
    do {
      let count = try await connection.execute(sql)
      await release(connection)
      return count
    } catch {
      await release(connection)
      throw error
    }
  }

  /// Throws unless the server answers.
  public func ping() async throws(PostgresError) { _ = try await query("SELECT 1") }

  /// Refuses callers from now on, and ends each session as soon as it is idle.
  public func close() async {
    let (idle, waiters) = state.withLock { state in
      let (idle, waiters) = state.pool.close()
      return (idle, waiters.compactMap { state.waiters.removeValue(forKey: $0) })
    }
    for waiter in waiters { waiter.resume(returning: .failure(Self.closed)) }
    for connection in idle { await connection.close() }
  }
}

extension PostgresPool {
  /// How many callers queue for a session.
  var waiterCount: Int { state.withLock { $0.waiters.count } }

  private static let closed = PostgresError(.poolClosed, "the pool is closed")

  private func acquire() async throws(PostgresError) -> PostgresConnection {
    if case .connection(let connection) = try await grant() {
      if await connection.isReusable() { return connection }
      logger.info("a session with Postgres ended while it was idle")
      await connection.close()
    }
    do {
      return try await PostgresConnection.connect(configuration, loop: loop)
    } catch {
      settle(state.withLock { Self.release(nil, in: &$0) })
      logger.warning("no session with Postgres", metadata: ["error": "\(error.message)"])
      throw error
    }
  }

  private func release(_ connection: PostgresConnection) async {
    let isReusable = await connection.isReusable()
    if !isReusable { await connection.close() }
    let unneeded = settle(state.withLock { Self.release(isReusable ? connection : nil, in: &$0) })
    await unneeded?.close()
  }

  /// A slot of the pool, for which callers queue.
  private func grant() async throws(PostgresError) -> Grant {
    if Task.isCancelled { throw Self.cancelled }
    let id = state.withLock { state in
      state.lastID += 1
      return state.lastID
    }
    let timer = loop.schedule(at: ContinuousClock.now + configuration.acquireTimeout) { [weak self] in
      self?.abandon(id, PostgresError(.timedOut, "no session became free in time"))
    }
    defer { timer.cancel() }
    return try await withTaskCancellationHandler {
      await withCheckedContinuation { enqueue($0, id) }
    } onCancel: {
      abandon(id, Self.cancelled)
    }.get()
  }

  private static let cancelled = PostgresError(.cancelled, "cancelled while waiting for a session")

  /// A cancellation either is seen here, under the lock, or finds the waiter in the queue.
  private func enqueue(_ waiter: Waiter, _ id: UInt64) {
    let outcome: Result<Grant, PostgresError>? = state.withLock { state in
      if Task.isCancelled { return .failure(Self.cancelled) }
      switch state.pool.acquire(id) {
      case .granted(let grant): return .success(grant)
      case .refused: return .failure(Self.closed)
      case .mustWait:
        state.waiters[id] = waiter
        return nil
      }
    }
    if let outcome { waiter.resume(returning: outcome) }
  }

  private func abandon(_ id: UInt64, _ error: PostgresError) {
    let waiter = state.withLock { state in
      state.pool.abandon(id) ? state.waiters.removeValue(forKey: id) : nil
    }
    waiter?.resume(returning: .failure(error))
  }

  private static func release(
    _ connection: PostgresConnection?, in state: inout State
  ) -> (next: (Waiter, Grant)?, unneeded: PostgresConnection?) {
    switch state.pool.release(connection) {
    case .kept: return (nil, nil)
    case .discarded(let connection): return (nil, connection)
    case .handedOver(let grant, let id):
      return (state.waiters.removeValue(forKey: id).map { ($0, grant) }, nil)
    }
  }

  /// Resumes the next waiter, outside the lock; returns a connection to close.
  @discardableResult
  private func settle(
    _ release: (next: (Waiter, Grant)?, unneeded: PostgresConnection?)
  ) -> PostgresConnection? {
    if let (waiter, grant) = release.next { waiter.resume(returning: .success(grant)) }
    return release.unneeded
  }
}
