import EventLoop

/// Why Redis gave no usable answer.
public struct RedisError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Code: Sendable, Equatable {
    /// There is no connection, or it ended before the answer: what was sent may have been done.
    case connection
    case timedOut
    case cancelled
    /// The client or its loop was closed.
    case closed
    case authentication
    /// The peer does not speak RESP, or answered with something else than the command does.
    case protocolViolation
    /// An error reply, by its first word, such as `WRONGTYPE`.
    case server(String)
    /// A consumer group had to be made anew, so entries may have passed it by: repair from Postgres.
    case groupWasMissing
    case invalidConfiguration
  }

  public let code: Code
  public let message: String

  public init(code: Code, message: String) {
    self.code = code
    self.message = message
  }

  /// Whether the same may succeed later.
  public var isTransient: Bool {
    switch code {
    case .connection, .timedOut, .protocolViolation, .groupWasMissing: true
    case .server(let word): ["LOADING", "BUSY", "TRYAGAIN", "MASTERDOWN", "READONLY", "OOM"].contains(word)
    case .cancelled, .closed, .authentication, .invalidConfiguration: false
    }
  }

  public var description: String { "redis \(code): \(message)" }
}

extension RedisError {
  static let closed = RedisError(code: .closed, message: "The Redis client is closed.")
  static let cancelled = RedisError(code: .cancelled, message: "The task was cancelled.")
  static let timedOut = RedisError(code: .timedOut, message: "Redis did not answer in time.")

  static func invalid(_ message: String) -> RedisError {
    RedisError(code: .invalidConfiguration, message: message)
  }

  static func unexpected(_ command: String) -> RedisError {
    RedisError(code: .protocolViolation, message: "Redis answered \(command) with another kind of reply.")
  }

  /// An error reply: `WORD the rest`.
  init(reply: String) {
    let word = String(reply.prefix { $0 != " " })
    self.init(
      code: ["NOAUTH", "WRONGPASS", "NOPERM"].contains(word) ? .authentication : .server(word),
      message: reply)
  }

  init(_ error: EventLoopError) {
    switch error {
    case .timedOut: self = .timedOut
    case .cancelled: self = .cancelled
    case .shutDown: self = .closed
    case .system(let call, let number):
      self.init(code: .connection, message: "The system refused \(call) (errno \(number)).")
    }
  }
}
