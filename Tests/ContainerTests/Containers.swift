import FoundationEssentials
import HTTPClient
import Outside

/// The stack of containers that `compose/test stack` has started, and the engine below it.
struct Containers: Sendable {
  static let services = ["gateway", "status", "planner", "references", "chunks", "audio"]
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path()

  /// Whether `compose/test stack` runs us: it has started what we look at.
  static var isAsked: Bool { Command.environment("LONGTAKE_CONTAINER_TESTS") == "1" }

  let project: String
  let key: String
  let client = HTTPClient()

  init() throws {
    guard let project = Command.environment("COMPOSE_PROJECT_NAME"),
      let key = Command.environment("LONGTAKE_API_KEY")
    else { throw Unexpected("COMPOSE_PROJECT_NAME and LONGTAKE_API_KEY come from compose/test stack") }
    self.project = project
    self.key = key
  }

  /// Runs the engine's client.
  @discardableResult
  func docker(_ arguments: String...) async throws -> String {
    try await Command.run("/usr/bin/env", ["docker"] + arguments)
  }

  /// Runs a function of `compose/containers.sh`, as `compose/test` does.
  @discardableResult
  func script(_ arguments: [String]) async throws -> String {
    let words = #". "$0/compose/toolchain.sh"; . "$0/compose/containers.sh"; "$@""#
    return try await Command.run("/bin/bash", ["-euo", "pipefail", "-c", words, Self.root] + arguments)
  }

  /// The running containers of a service.
  func containers(of service: String) async throws -> [String] {
    try await docker(
      "ps", "-q", "--filter", "label=com.docker.compose.project=\(project)", "--filter",
      "label=com.docker.compose.service=\(service)"
    ).split(separator: "\n").map(String.init)
  }

  func container(of service: String) async throws -> String {
    guard let first = try await containers(of: service).first else {
      throw Unexpected("\(service) has no container")
    }
    return first
  }

  /// The gateways' doors; which port is whose may change whenever one is started.
  func doors() async throws -> [Door] {
    let ports = try await docker(
      "ps", "--format", "{{.Ports}}", "--filter", "label=com.docker.compose.project=\(project)", "--filter",
      "label=com.docker.compose.service=gateway")
    // A gateway that is just starting has none.
    return ports.split(separator: "\n").compactMap { line in
      line.firstRange(of: "->8080/tcp").map { end in
        Door(base: "http://\(line[..<end.lowerBound])", key: key, client: client)
      }
    }
  }

  func door() async throws -> Door {
    guard let first = try await doors().first else { throw Unexpected("there is no gateway") }
    return first
  }

  /// What a statement answers the superuser, who is let in only inside Postgres' own container.
  @discardableResult
  func sql(_ statement: String) async throws -> [String] {
    try await docker(
      "exec", container(of: "postgres"), "psql", "-h", "/tmp", "-U", "postgres", "-d", "longtake", "-XAtc",
      statement
    ).split(separator: "\n").map(String.init)
  }

  /// What Redis answers the services' user; an error is text like any other answer.
  func redis(_ command: String) async throws -> String {
    let script = #"set -f; redis-cli --no-auth-warning --user longtake --pass "$(cat /run/secrets/redis)" $0"#
    return try await docker("exec", container(of: "redis"), "bash", "-c", script, command)
  }
}

/// One gateway, called with an API key.
struct Door: Visitor {
  let base: String
  let key: String?
  let client: HTTPClient

  init(base: String, key: String, client: HTTPClient) {
    (self.base, self.key, self.client) = (base, key, client)
  }
}
