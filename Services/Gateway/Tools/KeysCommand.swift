import ArgumentParser
import Contracts
import EventLoop
import Logging
import Postgres
import ServiceKit

/// `longtake-gateway keys`: makes, lists and revokes API keys, with the settings of the service.
struct KeysCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Make, list and revoke API keys.",
    subcommands: [CreateKey.self, ListKeys.self, RevokeKey.self])
}

extension Scope: ExpressibleByArgument {}

struct CreateKey: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make an API key and print it; it is shown only now.")

  @Option(help: "Whose key it is.") var user: String
  @Option(help: "What the key is called, for telling it from others.") var name = "command line"
  @Option(
    parsing: .upToNextOption, help: "What it may do: read, write or admin (everything); else read and write.")
  var scope: [Scope] = []

  func validate() throws {
    guard UserName.isValid(user) else { throw ValidationError("--user must have \(UserName.rule).") }
    guard (1...100).contains(name.unicodeScalars.count) else {
      throw ValidationError("--name must have 1 to 100 characters.")
    }
  }

  func run() async throws {
    try await KeyDesk.open(withPepper: true) { ring in
      let made = try await ring.create(
        .random(), user: user, name: name, scopes: scope.isEmpty ? Scope.standard : Set(scope))
      return made.text?.reveal() ?? ""
    }
  }
}

struct ListKeys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List API keys, the newest first, without their secrets.")

  @Option(help: "Only this user's.") var user: String?

  func run() async throws {
    try await KeyDesk.open(withPepper: false) { ring in
      var lines = ["id\tuser\tprefix\tscopes\tcreated\trevoked\tname"]
      var cursor: KeyID?
      repeat {
        let keys = try await ring.store.keys(of: user, after: cursor, limit: 100)
        lines += keys.map(Self.line)
        cursor = keys.count == 100 ? keys.last?.id : nil
      } while cursor != nil
      return lines.joined(separator: "\n")
    }
  }

  private static func line(_ key: APIKey) -> String {
    [
      key.id.description, key.userId, "vk_live_\(key.prefix)",
      Scope.names(key.scopes).joined(separator: ","), JSON.text(key.createdAt),
      key.revokedAt.map(JSON.text) ?? "-", key.name,
    ].joined(separator: "\t")
  }
}

struct RevokeKey: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "End an API key; every gateway refuses it within 5 s.")

  @Argument(help: "The key's id, as list prints it.", transform: Self.parsed) var id: KeyID

  func run() async throws {
    try await KeyDesk.open(withPepper: false) { ring in
      guard try await ring.revoke(id, of: nil) else {
        throw StartFault("There is no API key \(id): longtake-gateway keys list shows them.", code: 1)
      }
      return "Revoked."
    }
  }

  private static func parsed(_ text: String) throws -> KeyID {
    guard let id = KeyID(text) else { throw ValidationError("The id must be a UUID, as list prints it.") }
    return id
  }
}

/// Reaches the keys from the command line, and prints what a command answers.
private enum KeyDesk {
  static func open(withPepper: Bool, _ body: (KeyRing) async throws -> String) async throws {
    try await sayingWhy {
      let settings = Settings()
      let quiet = Logger(label: "keys") { _ in SwiftLogNoOpLogHandler() }
      let start = Start(identity: Gateway.identity, settings: settings, logger: quiet)
      let postgres = start.postgres()
      let pepper = withPepper ? settings.secret(GatewaySettings.keyPepper, minimumBytes: 32) : nil
      try await start.validate()
      let loop = try EventLoop(name: "keys")
      let pool = PostgresPool(postgres.configuration, size: 1, loop: loop, logger: quiet)
      let database = Database(
        pool: pool, identity: Gateway.identity, migrations: Migrations.all, logger: quiet)
      let answer: Result<String, any Error>
      do {
        _ = try await database.migrate()
        answer = .success(try await body(KeyRing(store: PostgresKeyStore(pool: pool), pepper: pepper)))
      } catch let fault as StartFault {
        answer = .failure(fault)
      } catch {
        answer = .failure(StartFault("The keys cannot be reached: \(error)"))
      }
      await database.shutdown()
      loop.shutdown()
      throw CleanExit.message(try answer.get())
    }
  }
}
