public import ArgumentParser
internal import Contracts
internal import CoreMetrics
internal import Glibc
internal import Hummingbird
internal import Logging
internal import NIOCore
internal import ServiceLifecycle
internal import UnixSignals

/// A service's executable: who it is, what can be set, and how it is put together.
///
/// ```swift
/// @main struct Planner: ServiceProgram {
///   static let identity = ServiceIdentity(.planner, version: "0.1.0")
///   static func assemble(_ start: Start) async throws -> Assembly { try Wiring(start).assembly }
/// }
/// ```
public protocol ServiceProgram {
  static var identity: ServiceIdentity { get }
  /// What it declares beyond host, port, log level and drain.
  static var settings: [Setting] { get }
  /// Its own subcommands.
  static var tools: [any ParsableCommand.Type] { get }
  /// Reads all settings, calls `start.settings.validate()`, then builds. What is read by `start.postgres()`,
  /// `start.redis()` and `start.checked` is looked at before the service answers.
  static func assemble(_ start: Start) async throws -> Assembly
}

extension ServiceProgram {
  public static var settings: [Setting] { [] }
  public static var tools: [any ParsableCommand.Type] { [] }
  @concurrent public static func main() async { await ServiceCommand<Self>.main() }
}

/// A fault at start: a sentence on stderr and an exit code of sysexits.h.
public struct StartFault: Error, Sendable, CustomStringConvertible {
  /// EX_CONFIG.
  public static let configuration: Int32 = 78
  /// EX_UNAVAILABLE.
  public static let unavailable: Int32 = 69
  /// EX_SOFTWARE.
  public static let software: Int32 = 70

  public let code: Int32
  public let description: String

  public init(_ sentence: String, code: Int32 = StartFault.unavailable) {
    self.code = code
    self.description = sentence
  }
}

/// Starts, runs and stops a service.
public enum Bootstrap {
  static func start<Program: ServiceProgram>(_ program: Program.Type) throws -> Start {
    let settings = Settings()
    let level = settings.choice(.logLevel, as: Logger.Level.self, otherwise: .info)
    let name = Program.identity.name.rawValue
    LoggingSystem.bootstrap { label in JSONLogHandler(service: name, label: label, level: level) }
    let logger = Logger(label: name)
    for warning in settings.warnings(declared: Program.declaredSettings) { logger.warning("\(warning)") }
    var identity = Program.identity
    identity.commit = identity.commit ?? settings.optional(.commit)
    return Start(identity: identity, settings: settings, logger: logger)
  }

  /// Runs until SIGTERM or SIGINT, then drains.
  static func serve<Program: ServiceProgram>(_ program: Program.Type) async throws {
    let start = try start(program)
    let registry = PrometheusRegistry()
    MetricsSystem.bootstrap(registry)
    let settings = start.settings
    let host = settings.string(.host)
    let port = settings.int(.port(Program.identity.name.defaultPort), in: 1...65535)
    let drain = settings.duration(.drain, in: 0...300)
    let assembly = try await start.assemble(program)
    let health = Health(checks: assembly.allChecks)
    let router = assembly.router(identity: start.identity, health: health, metrics: registry)
    var services: [any Service] = assembly.services
    if let database = assembly.database { services.insert(database, at: 0) }
    if let operations = assembly.operationsPort {
      let routes = HealthRoutes(identity: start.identity, health: health, metrics: registry).routes
      let operators = Router(context: AppContext.self)
      operators.addRoutes(routes)
      services.append(
        Door(
          application: server(operators, host: host, port: operations, start: start), port: operations,
          setting: "LONGTAKE_METRICS_PORT"))
    }
    services.append(
      Door(
        application: server(router, host: host, port: port, start: start), port: port,
        setting: "LONGTAKE_PORT"))
    services.append(Drain(health: health, time: drain))
    start.logger.info(
      "starting",
      metadata: [
        "version": "\(start.identity.version)", "host": "\(host)", "port": .stringConvertible(port),
      ])
    var configuration = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: start.logger)
    configuration.maximumGracefulShutdownDuration = .seconds(90)
    try await ServiceGroup(configuration: configuration).run()
    start.logger.info("stopped")
  }

  private static func server(
    _ router: Router<AppContext>, host: String, port: Int, start: Start
  ) -> Application<RouterResponder<AppContext>> {
    Application(
      router: router, server: .http1(configuration: .init(idleTimeout: .seconds(75))),
      configuration: .init(address: .hostname(host, port: port), serverName: "longtake"), logger: start.logger
    )
  }
}

/// An HTTP server that says in a sentence why it cannot listen.
private struct Door: Service {
  let application: Application<RouterResponder<AppContext>>
  let port: Int
  let setting: String

  func run() async throws {
    do {
      try await application.run()
    } catch let error as IOError where error.errnoCode == EADDRINUSE {
      throw StartFault("Port \(port) is in use: stop what listens there, or choose another with \(setting).")
    } catch let error as IOError where [EACCES, EADDRNOTAVAIL].contains(error.errnoCode) {
      throw StartFault("It is not possible to listen on port \(port): check LONGTAKE_HOST and \(setting).")
    }
  }
}

/// Turns `/readyz` false first, then gives load balancers time to notice.
private struct Drain: Service {
  let health: Health
  let time: Duration

  func run() async throws {
    do { try await gracefulShutdown() } catch is CancellationError { return }
    health.drain()
    try await Task.sleep(for: time)
  }
}

extension ServiceProgram {
  /// What the service declares and what every service understands.
  static var declaredSettings: [Setting] {
    (Setting.common + [.port(identity.name.defaultPort)] + settings).sorted { $0.name < $1.name }
  }
}
