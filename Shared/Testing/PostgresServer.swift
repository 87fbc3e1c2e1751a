import EventLoop
import FoundationEssentials
import Glibc
public import Postgres
import Synchronization

/// A private Postgres in a temporary directory, reached by a Unix socket there and gone with this process.
public final class PostgresServer: Sendable {
  private static let lazy = Lazy { try await PostgresServer.start() }

  /// The one that all tests of a process share, started by the first that asks.
  public static func shared() async throws -> PostgresServer { try await lazy.value }

  /// Where the socket is: a `host` of a configuration.
  public let directory: String
  let administrator: PostgresPool
  private let process: ChildProcess

  /// Starts a server of its own, for tests that stop it.
  public static func start() async throws -> PostgresServer {
    let directory = try temporaryDirectory("postgres")
    let binaries = try newestBinaries()
    let user =
      geteuid() == 0 ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
    let initialise =
      user + [
        "\(binaries)/initdb", "-D", "\(directory)/data", "-A", "trust", "-U", "postgres", "-E", "UTF8",
        "--locale=C", "--no-sync", "--no-instructions",
      ]
    let owner = user.isEmpty ? ":" : "chown postgres '\(directory)'"
    let settings = [
      "listen_addresses=", "unix_socket_directories=\(directory)", "max_connections=200", "fsync=off",
      "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "log_min_messages=log",
    ]
    let process = try await ChildProcess.start(
      user + ["\(binaries)/postgres", "-D", "\(directory)/data"] + settings.flatMap { ["-c", $0] },
      prepare: "\(owner) && cd '\(directory)' && \(initialise.joined(separator: " ")) >/dev/null",
      directory: directory, untilItPrints: "ready to accept connections")
    return PostgresServer(directory, process)
  }

  private init(_ directory: String, _ process: ChildProcess) {
    self.directory = directory
    self.process = process
    administrator = PostgresPool(
      Self.configuration(directory, database: "postgres"), size: 4,
      loop: HarnessLoop.shared, logger: .silent)
  }

  /// The superuser's, for what needs no database of its own.
  public var configuration: PostgresConfiguration { configuration(database: "postgres") }

  func configuration(database: String) -> PostgresConfiguration {
    Self.configuration(directory, database: database)
  }

  private static func configuration(_ directory: String, database: String) -> PostgresConfiguration {
    PostgresConfiguration(host: directory, user: "postgres", database: database, applicationName: "harness")
      .patient
  }

  /// Ends all sessions and the server.
  public func stop() async throws {
    await administrator.close()
    try await process.stop()
  }

  private static func newestBinaries() throws -> String {
    let root = "/usr/lib/postgresql"
    let versions = try FileManager.default.contentsOfDirectory(atPath: root).compactMap { Int($0) }
    guard let newest = versions.max() else { throw StartFailed(description: "no Postgres in \(root)") }
    return "\(root)/\(newest)/bin"
  }
}

extension PostgresConfiguration {
  /// With timeouts that only a failure reaches, however busy the machine is.
  var patient: PostgresConfiguration {
    var patient = self
    patient.connectTimeout = .seconds(60)
    patient.acquireTimeout = .seconds(120)
    patient.statementTimeout = .seconds(60)
    return patient
  }
}

/// A directory of a test in `/tmp`, whose name is short enough for a Unix socket in it.
func temporaryDirectory(_ name: String) throws -> String {
  var template = Array("/tmp/longtake-\(name)-XXXXXX".utf8CString)
  guard let path = mkdtemp(&template) else { throw SystemCallFailed("mkdtemp") }
  return String(cString: path)
}

/// A value that the first who asks for it makes, and all others wait for.
actor Lazy<Value: Sendable> {
  private let make: @Sendable () async throws -> Value
  private var task: Task<Value, any Error>?

  init(_ make: @escaping @Sendable () async throws -> Value) { self.make = make }

  var value: Value {
    get async throws {
      if let task { return try await task.value }
      let task = Task { [make] in try await make() }
      self.task = task
      return try await task.value
    }
  }
}
