import FoundationEssentials
import HTTPClient
import Outside

/// A stack of real processes in a directory of its own, as `compose/up` starts it.
struct Stack: Visitor {
  let directory: String
  let port: Int
  let client = HTTPClient()
  var base: String { "http://127.0.0.1:\(port)" }
  /// On loopback nobody asks who we are.
  var key: String? { nil }

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path()

  /// Whether `compose/test integration` runs us: it has built the services that we start.
  static var isAsked: Bool { Command.environment("LONGTAKE_STACK_TESTS") == "1" }

  /// Starts a stack, gives it to `body`, and stops and wipes it whatever happens.
  static func run(
    scale: [String] = [], environment: [String: String] = [:], _ body: (Stack) async throws -> Void
  ) async throws {
    // Below the ports that the kernel gives to outgoing connections.
    let stack = Stack(directory: try Command.temporaryDirectory(), port: Int.random(in: 110...310) * 100)
    do {
      try await stack.up(scale: scale, environment: environment)
      try await body(stack)
    } catch {
      try await stack.down()
      throw error
    }
    try await stack.down()
  }

  func up(scale: [String] = [], environment: [String: String] = [:]) async throws {
    let scaling = scale.flatMap { ["--scale", $0] }
    try await Command.run(
      "\(Self.root)/compose/up", ["--state", directory, "--port", "\(port)"] + scaling,
      environment: environment)
  }

  func down() async throws {
    try await Command.run("\(Self.root)/compose/down", ["--state", directory, "--wipe"])
  }

  /// Ends a process of the stack at once, as a crash does.
  func kill(_ name: String) async throws {
    let pid = try String(contentsOfFile: "\(directory)/run/\(name).pid", encoding: .utf8)
    try await Command.run("/bin/kill", ["-9", String(pid.prefix { $0.isNumber })])
  }

  func sql(_ statement: String) async throws -> [String] {
    try await Command.run(
      "/usr/bin/psql",
      ["-h", "\(directory)/sockets", "-U", "postgres", "-d", "longtake", "-XAtc", statement]
    ).split(separator: "\n").map(String.init)
  }

  @discardableResult
  func redis(_ arguments: String...) async throws -> String {
    try await Command.run("/usr/bin/redis-cli", ["-s", "\(directory)/sockets/redis.sock"] + arguments)
  }
}
