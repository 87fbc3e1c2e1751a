/// What went wrong between this process and Postgres, or inside Postgres.
public struct PostgresError: Error, Sendable, Equatable {
  public enum Code: Sendable, Equatable {
    /// There is no server, or the connection to it broke.
    case connection
    /// The server refused a statement with this SQLSTATE.
    case server(sqlState: String)
    /// A value cannot be sent to Postgres, such as a text with a NUL in it.
    case encoding
    /// A value is not what the caller asked for.
    case decoding
    case poolClosed
    /// No connection became free, or no answer came, in time.
    case timedOut
    case cancelled
    /// The connection was used in a way that it does not support.
    case protocolViolation
    /// The answer to COMMIT was lost: only reading the rows again tells whether it happened.
    case commitUnknown
  }

  public var code: Code
  /// What libpq or the server said: for logs, since it may quote values; never for clients.
  public var message: String
  /// The constraint that a statement violated.
  public var constraint: String?
  /// The SQLSTATE with which a server refused the connection, such as 28P01 for a wrong password.
  public var refusal: String?

  public init(_ code: Code, _ message: String, constraint: String? = nil) {
    self.code = code
    self.message = message
    self.constraint = constraint
  }

  /// `connection`, with what libpq says: a refusal of the server is `… FATAL:  28P01: …` in it.
  init(connecting message: String) {
    self.init(.connection, message)
    for part in message.split(separator: ":  ").dropFirst() {
      let state = part.prefix { $0.isASCII && ($0.isNumber || $0.isUppercase) }
      if state.count == 5, part.dropFirst(5).first == ":" { refusal = String(state) }
    }
  }

  /// The SQLSTATE of an error of the server.
  public var sqlState: String? {
    guard case .server(let state) = code else { return nil }
    return state
  }

  public var isUniqueViolation: Bool { sqlState == "23505" }
  public var isForeignKeyViolation: Bool { sqlState == "23503" }
  public var isCheckViolation: Bool { sqlState == "23514" }
  public var isSerializationFailure: Bool { sqlState == "40001" }
  public var isDeadlock: Bool { sqlState == "40P01" }

  /// Whether the same call may succeed later; never true for `commitUnknown`, which must be read again first.
  public var isTransient: Bool {
    switch code {
    case .connection, .timedOut, .poolClosed: true
    case .encoding, .decoding, .cancelled, .protocolViolation, .commitUnknown: false
    case .server(let state): Self.isTransient(sqlState: state)
    }
  }

  /// Class 08 connection, 40 rollback, 53 resources, 57 operator intervention, and single codes (PostgreSQL,
  /// appendix A): 25006 a standby after a failover, 25P03 idle in a transaction, 55P03 a lock timeout.
  private static func isTransient(sqlState: String) -> Bool {
    ["08", "40", "53", "57"].contains(String(sqlState.prefix(2)))
      || ["25006", "25P03", "55P03"].contains(sqlState)
  }
}

extension PostgresError: CustomStringConvertible {
  /// A sentence without SQL, values or the server's message, so that nothing leaks where errors are printed.
  public var description: String {
    switch code {
    case .connection:
      refusal.map { "Postgres refused the connection (\($0))" } ?? "Postgres cannot be reached"
    case .server(let state):
      "Postgres refused a statement (\(state)\(constraint.map { ", constraint \($0)" } ?? ""))"
    case .encoding: "a value cannot be sent to Postgres"
    case .decoding: "a value from Postgres is not of the expected type"
    case .poolClosed: "the pool of connections to Postgres is closed"
    case .timedOut: "Postgres did not answer in time"
    case .cancelled: "a call of Postgres was cancelled"
    case .protocolViolation: "a connection to Postgres was misused"
    case .commitUnknown: "Postgres did not say whether a transaction was committed"
    }
  }
}
