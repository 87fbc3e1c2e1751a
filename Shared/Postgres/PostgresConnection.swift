import CPostgres
public import EventLoop

/// One session with Postgres; everything that touches libpq runs on the loop's thread and never blocks it.
///
/// It runs one statement at a time. A statement that is cancelled, times out or loses its server ends the
/// session, since what the server still sends belongs to nobody.
public actor PostgresConnection {
  private enum State {
    case idle
    case running
    case closed
  }

  public nonisolated let loop: EventLoop
  public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

  private let configuration: PostgresConfiguration
  private let handle: ConnectionHandle
  private var state = State.running

  private init(
    _ configuration: PostgresConfiguration, addresses: [String], loop: EventLoop
  ) throws(PostgresError) {
    guard let handle = ConnectionHandle(configuration.keywords(addresses: addresses)) else {
      throw PostgresError(.connection, "out of memory")
    }
    self.configuration = configuration
    self.handle = handle
    self.loop = loop
  }

  /// Connects, or throws `connection`, `timedOut` or `cancelled`.
  public static func connect(
    _ configuration: PostgresConfiguration, loop: EventLoop
  ) async throws(PostgresError) -> PostgresConnection {
    let deadline = ContinuousClock.now + configuration.connectTimeout
    var addresses: [String] = []
    // libpq looks names up while it blocks the thread (PostgreSQL §34.1.1), so they are looked up before.
    if !configuration.host.hasPrefix("/") {
      do {
        addresses = try await loop.addresses(of: configuration.host, until: deadline)
      } catch {
        throw PostgresError(error)
      }
      guard !addresses.isEmpty else {
        throw PostgresError(.connection, "the host name of Postgres has no address")
      }
    }
    let connection = try PostgresConnection(configuration, addresses: addresses, loop: loop)
    try await connection.establish(until: deadline)
    return connection
  }

  /// Runs one statement and returns its rows.
  public func query(_ sql: SQL) async throws(PostgresError) -> [Row] {
    try await run(sql).last?.rows ?? []
  }

  /// Runs one statement and returns how many rows it touched.
  @discardableResult
  public func execute(_ sql: SQL) async throws(PostgresError) -> Int {
    try await run(sql).last?.affectedRows ?? 0
  }

  /// Runs any number of trusted statements, in one transaction unless they say otherwise: for migrations.
  ///
  /// `timeout` is how long this end waits; the server's own timeouts are settings of the session.
  public func script(_ sql: String, timeout: Duration? = nil) async throws(PostgresError) {
    if sql.utf8.contains(0) { throw PostgresError(.encoding, "a script contains a NUL") }
    try requireIdle(cancellable: true)
    try await exchange(timeout: timeout) { $0.send(script: sql) }
  }

  /// Ends the session; a statement on its way ends with `connection`.
  public func close() {
    state = .closed
    cpostgres_hang_up(handle.raw)
  }

  /// Whether the session is idle, outside a transaction, and its server has not hung up.
  func isReusable() -> Bool {
    guard case .idle = state, !handle.isBad else { return false }
    return PQtransactionStatus(handle.raw) == PQTRANS_IDLE && isQuiet
  }

  /// Whether the server has sent nothing unasked and not hung up.
  var isQuiet: Bool { cpostgres_is_quiet(handle.raw) == 1 }
}

extension PostgresConnection {
  /// Ends the transaction; cancellation is not heeded, since half a COMMIT helps nobody.
  ///
  /// Throws `commitUnknown` if the answer is lost, and 25P02 if a statement had failed before, so that the
  /// server rolled back.
  func commit() async throws(PostgresError) {
    try requireIdle(cancellable: false)
    let answers: [Answer]
    do {
      answers = try await exchange(cancellable: false) { $0.send("COMMIT", []) }
    } catch {
      if case .closed = state { throw PostgresError(.commitUnknown, error.message) }
      throw error
    }
    guard answers.last?.command != "ROLLBACK" else {
      throw PostgresError(.server(sqlState: "25P02"), "a statement of the transaction had failed before")
    }
  }

  /// Rolls back; if that fails the session ends, which rolls back as well.
  func rollback() async {
    guard case .idle = state else { return }
    do {
      try await exchange(cancellable: false) { $0.send("ROLLBACK", []) }
    } catch {
      close()
    }
  }

  private func establish(until deadline: ContinuousClock.Instant) async throws(PostgresError) {
    do throws(PostgresError) {
      guard !handle.isBad else { throw PostgresError(connecting: handle.message) }
      var step = PGRES_POLLING_WRITING
      while step != PGRES_POLLING_OK {
        guard step == PGRES_POLLING_READING || step == PGRES_POLLING_WRITING else {
          throw PostgresError(connecting: handle.message)
        }
        try await wait(for: step == PGRES_POLLING_READING ? .readable : .writable, until: deadline)
        step = PQconnectPoll(handle.raw)
      }
      guard PQsetnonblocking(handle.raw, 1) == 0 else { throw PostgresError(connecting: handle.message) }
      state = .idle
    } catch {
      close()
      throw error
    }
  }

  private func run(_ sql: SQL) async throws(PostgresError) -> [Answer] {
    let (text, values) = sql.rendered()
    var texts: [String?] = []
    for value in values {
      switch value {
      case .null: texts.append(nil)
      case .text(let text): texts.append(text)
      case .unsendable(let reason): throw PostgresError(.encoding, reason)
      }
    }
    guard texts.count <= 65_535 else { throw PostgresError(.encoding, "a statement has too many values") }
    try requireIdle(cancellable: true)
    return try await exchange { $0.send(text, texts) }
  }

  /// A task that is cancelled already must not cost a session.
  private func requireIdle(cancellable: Bool) throws(PostgresError) {
    switch state {
    case .idle: break
    case .running: throw PostgresError(.protocolViolation, "a session runs one statement at a time")
    case .closed: throw PostgresError(.connection, "the session has ended")
    }
    if cancellable, Task.isCancelled { throw PostgresError(.cancelled, "cancelled before it was sent") }
  }

  /// Sends a statement and reads to the end of its answer.
  ///
  /// The server's own timeout comes first; this end's only strikes when the server is out of reach.
  @discardableResult
  private func exchange(
    timeout: Duration? = nil, cancellable: Bool = true, _ send: (borrowing ConnectionHandle) -> Bool
  ) async throws(PostgresError) -> [Answer] {
    let deadline = ContinuousClock.now + (timeout ?? configuration.statementTimeout) + .seconds(5)
    state = .running
    do throws(PostgresError) {
      guard send(handle) else { throw PostgresError(.connection, handle.message) }
      try await flush(until: deadline, cancellable: cancellable)
      let (answers, failure) = try await collect(until: deadline, cancellable: cancellable)
      guard case .running = state else { throw PostgresError(.connection, "the session was closed") }
      state = .idle
      if let failure {
        if failure.endsSession || handle.isBad { close() }
        throw failure.error
      }
      return answers
    } catch {
      if case .running = state { close() }
      throw error
    }
  }

  private func flush(until deadline: ContinuousClock.Instant, cancellable: Bool) async throws(PostgresError) {
    while true {
      switch PQflush(handle.raw) {
      case 0: return
      case 1:
        let ready = try await wait(for: [.readable, .writable], until: deadline, cancellable: cancellable)
        if ready.contains(.readable) { try consume() }
      default: throw PostgresError(.connection, handle.message)
      }
    }
  }

  /// Reads results until there are no more, and keeps the first failure.
  private func collect(
    until deadline: ContinuousClock.Instant, cancellable: Bool
  ) async throws(PostgresError) -> ([Answer], Failure?) {
    var answers: [Answer] = []
    var failure: Failure?
    while true {
      while PQisBusy(handle.raw) == 1 {
        try await wait(for: .readable, until: deadline, cancellable: cancellable)
        try consume()
      }
      guard let raw = PQgetResult(handle.raw) else { return (answers, failure) }
      let result = ResultHandle(raw)
      switch result.status {
      case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY:
        answers.append(
          Answer(rows: result.rows(), affectedRows: result.affectedRows, command: result.command))
      case PGRES_COPY_IN, PGRES_COPY_OUT, PGRES_COPY_BOTH:
        throw PostgresError(.protocolViolation, "COPY is not supported")
      default:
        if failure == nil { failure = Failure(error: result.error, endsSession: result.isFatal) }
      }
    }
  }

  private func consume() throws(PostgresError) {
    guard PQconsumeInput(handle.raw) == 1 else { throw PostgresError(.connection, handle.message) }
  }

  @discardableResult
  private func wait(
    for interest: Readiness, until deadline: ContinuousClock.Instant, cancellable: Bool = true
  ) async throws(PostgresError) -> Readiness {
    do {
      return try await loop.wait(for: interest, on: handle.socket, until: deadline, cancellable: cancellable)
    } catch {
      throw PostgresError(error)
    }
  }
}

/// What one statement of an exchange returned.
private struct Answer {
  let rows: [Row]
  let affectedRows: Int
  let command: String
}

/// What the server said against a statement.
private struct Failure {
  let error: PostgresError
  let endsSession: Bool
}

extension PostgresError {
  init(_ error: EventLoopError) {
    switch error {
    case .timedOut: self.init(.timedOut, "no answer in time")
    case .cancelled: self.init(.cancelled, "cancelled while waiting for an answer")
    case .shutDown: self.init(.connection, "the event loop was shut down")
    case .system(let call, let errno): self.init(.connection, "\(call) failed with errno \(errno)")
    }
  }
}
