internal import ArgumentParser
internal import Contracts
internal import HTTPClient
internal import HTTPTypes

/// Asks the running service whether it is ready; for container health checks.
struct HealthCheck<Program: ServiceProgram>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: "healthcheck", abstract: "Exit 0 if the service on this machine is ready, else 1.")
  }

  func run() async throws {
    try await sayingWhy {
      let settings = Settings()
      let host = settings.string(.host)
      let port = settings.int(.port(Program.identity.name.defaultPort), in: 1...65535)
      try settings.validate()
      let address = Self.address(host)
      let client = HTTPClient()
      let answer: Result<ServiceAnswer, any Error>
      do {
        answer = .success(
          try await client.send(
            ServiceCall(method: .get, url: "http://\(address):\(port)/readyz", deadline: .seconds(5))))
      } catch {
        answer = .failure(StartFault("Nothing answers on \(address):\(port): \(error).", code: 1))
      }
      await client.shutdown()
      let found = try answer.get()
      guard found.status == 200 else { throw StartFault(Self.reasons(found), code: 1) }
      throw CleanExit.message("ready")
    }
  }

  /// Where this machine reaches a service that listens on `host`.
  private static func address(_ host: String) -> String {
    if ["0.0.0.0", "::", ""].contains(host) { return "127.0.0.1" }
    return host.contains(":") ? "[\(host)]" : host
  }

  /// What the service waits for, a line for each check that counts.
  private static func reasons(_ answer: ServiceAnswer) -> String {
    guard let report = try? JSON.decode(ReadyReport.self, from: answer.body) else {
      return "/readyz answered \(answer.status)."
    }
    let missing = report.checks.filter { !$0.ok && $0.required }
    return missing.map { "not ready: \($0.name): \($0.detail ?? "")" }.joined(separator: "\n")
  }
}
