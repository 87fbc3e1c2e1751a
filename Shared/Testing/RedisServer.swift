import Glibc
import Synchronization

/// A private Redis on a Unix socket in a temporary directory, without persistence, gone with this process.
public final class RedisServer: Sendable {
  public let socket: String
  private let directory: String
  private let process = Mutex<ChildProcess?>(nil)

  /// Makes the directory; `start` starts the server.
  public init() throws {
    directory = try temporaryDirectory("redis")
    socket = "\(directory)/redis.sock"
  }

  /// For `RedisConfiguration(url:)`.
  public var url: String { "unix://\(socket)" }

  /// Returns when the server accepts connections; it is empty.
  public func start() async throws {
    let started = try await ChildProcess.start(
      [
        "/usr/bin/redis-server", "--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no",
        "--dir", directory, "--daemonize", "no", "--loglevel", "notice",
      ],
      prepare: "mkdir -p '\(directory)'", directory: directory, untilItPrints: "eady to accept connections")
    process.withLock { $0 = started }
  }

  /// Stops the server in an orderly way.
  public func stop() async throws { try await end(with: nil) }

  /// Kills the server as a crash would, and returns when it is dead.
  public func kill() async throws { try await end(with: SIGKILL) }

  /// Deletes every key, consumer groups included.
  public func flush() async throws {
    let status = try await ChildProcess.run(["/usr/bin/redis-cli", "-s", socket, "FLUSHALL"])
    guard status == 0 else { throw StartFailed(description: "redis-cli FLUSHALL ended with \(status)") }
  }

  private func end(with signal: Int32?) async throws {
    let running = process.withLock { process in
      defer { process = nil }
      return process
    }
    if let signal { running?.send(signal) }
    try await running?.stop()
  }
}

/// Lends a Redis of its own, running and empty, to `body`.
public func withRedis<Answer>(_ body: (RedisServer) async throws -> Answer) async throws -> Answer {
  let server = try RedisServer()
  try await server.start()
  do {
    let answer = try await body(server)
    try await server.stop()
    return answer
  } catch {
    try await server.stop()
    throw error
  }
}
