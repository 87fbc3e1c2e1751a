import FoundationEssentials
import HTTPClient
import HTTPTypes
import Outside
import Testing

extension ContainerTests {
  /// What the containers may not do, and what they say of themselves.
  @Suite(.serialized)
  struct GuardTests {
    private let containers: Containers

    init() throws { containers = try Containers() }

    @Test(arguments: Containers.services + ["postgres", "redis"])
    func aContainerHasNoRightsThatItDoesNotNeed(service: String) async throws {
      let format =
        "{{.Config.User}} {{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}} {{.HostConfig.SecurityOpt}} {{.HostConfig.Privileged}}"
      let container = try await containers.container(of: service)
      #expect(
        try await containers.docker("inspect", "-f", format, container)
          == "10001:10001 true [ALL] [no-new-privileges:true] false")
      #expect(try await containers.docker("exec", container, "id", "-u") == "10001")
      await #expect(throws: Unexpected.self) {
        try await containers.docker("exec", container, "touch", "/usr/local/bin/x")
      }
      #expect(
        try await containers.docker("inspect", "-f", "{{.HostConfig.Memory}}", container) != "0",
        "it has no limit")
    }

    @Test(arguments: Containers.services)
    func anImageSaysItsServicesOwnVersion(service: String) async throws {
      let container = try await containers.container(of: service)
      let label = #"{{index .Config.Labels "org.opencontainers.image.version"}}"#
      let commit = #"{{index .Config.Labels "org.opencontainers.image.revision"}}"#
      let said = try await containers.docker("exec", container, "/usr/local/bin/longtake", "version")
      let labelled = try await containers.docker("inspect", "-f", label, container)
      #expect(said.hasPrefix("longtake-\(service) \(labelled)"))
      #expect(try await containers.docker("inspect", "-f", commit, container).count == 40)
    }

    @Test(arguments: Containers.services + ["postgres", "redis"])
    func onlyTheGatewayIsPublishedAndOnlyOnLoopback(service: String) async throws {
      let container = try await containers.container(of: service)
      let ports = try await containers.docker("port", container)
      #expect(service == "gateway" ? ports.hasPrefix("8080/tcp -> 127.0.0.1:") : ports.isEmpty)
      #expect(ports.split(separator: "\n").count <= 1)
    }

    @Test func aDoorWithoutAKeyIsClosed() async throws {
      let door = try await containers.door()
      let answer = try await door.client.send(OutgoingRequest(method: .get, url: "\(door.base)/api/videos"))
      #expect(answer.status == 401)
      #expect(try await door.send(.get, "/healthz").status == 200)
    }

    @Test(arguments: Containers.services)
    func aServicesRoleSeesNoSchemaButItsOwn(service: String) async throws {
      let rights = try await containers.sql(
        """
        select distinct n.nspname from pg_namespace n
        where n.nspname in ('gateway', 'status', 'planner', 'references', 'chunks', 'audio', 'public')
        and (has_schema_privilege('longtake_\(service)', n.oid, 'usage')
          or has_schema_privilege('longtake_\(service)', n.oid, 'create'))
        """)
      #expect(rights == [service])
      let role = try await containers.sql(
        "select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls from pg_roles where rolname = 'longtake_\(service)'"
      )
      #expect(role == ["f"])
    }

    @Test(arguments: [
      "flushall", "config get *", "keys *", "debug sleep 0", "shutdown", "acl list", "client list",
    ])
    func redisRefusesTheServicesWhateverIsDangerous(command: String) async throws {
      let answer = try await containers.redis(command)
      // DEBUG is refused to everybody, before anyone is asked for rights.
      #expect(answer.hasPrefix("NOPERM") || answer.contains("DEBUG command not allowed"), "\(answer)")
    }

    @Test(arguments: [
      ("redis", "The secret redis is missing or empty: run compose/secrets, then start again."),
      ("postgres", "The secret postgres_audio is missing or empty: run compose/secrets, then start again."),
      ("gateway", "LONGTAKE_INTERNAL_SECRET is not set"),
    ])
    func aStartWithoutASecretSaysWhatToDo(service: String, sentence: String) async throws {
      let image = try await containers.docker(
        "inspect", "-f", "{{.Image}}", containers.container(of: service))
      await #expect {
        try await containers.docker(
          "run", "--rm", "--read-only", "--tmpfs", "/tmp", "--network", "none", image)
      } throws: {
        "\($0)".contains(sentence) && "\($0)".contains("ended with \(78 << 8)")
      }
    }

    @Test func noSecretIsInAnEnvironmentOrALog() async throws {
      let directory = try #require(Command.environment("LONGTAKE_SECRETS_DIR"))
      let secrets = try FileManager.default.contentsOfDirectory(atPath: directory).map {
        try String(contentsOfFile: "\(directory)/\($0)", encoding: .utf8)
      }
      #expect(secrets.count >= 10)
      for service in Containers.services + ["postgres", "redis"] {
        let container = try await containers.container(of: service)
        let text =
          try await containers.docker("inspect", container) + containers.docker("logs", container)
        #expect(!secrets.contains { text.contains($0) }, "of \(service)")
      }
    }
  }
}
