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
      let address = ["0.0.0.0", "::", ""].contains(host) ? "127.0.0.1" : host
      let client = HTTPClient()
      let answer: ServiceAnswer
      do {
        answer = try await client.send(
          ServiceCall(method: .get, url: "http://\(address):\(port)/readyz", deadline: .seconds(5)))
      } catch {
        throw StartFault("Nothing answers on \(address):\(port): \(error).", code: 1)
      }
      await client.shutdown()
      let text = String(decoding: answer.body, as: UTF8.self)
      guard answer.status == 200 else { throw StartFault(text, code: 1) }
      throw CleanExit.message(text)
    }
  }
}
