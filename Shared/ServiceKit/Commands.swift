internal import ArgumentParser
internal import Contracts
internal import Logging

/// `longtake-{name}` with its subcommands.
struct ServiceCommand<Program: ServiceProgram>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(
      commandName: Program.identity.executable,
      abstract: "Longtake's \(Program.identity.name.rawValue) service.",
      version: Program.identity.version,
      subcommands: [
        Serve<Program>.self, Migrate<Program>.self, Version<Program>.self, HealthCheck<Program>.self,
        ShowSettings<Program>.self,
      ] + Program.tools,
      defaultSubcommand: Serve<Program>.self)
  }
}

/// Runs the service.
struct Serve<Program: ServiceProgram>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "serve", abstract: "Run the service (the default).")
  }

  func run() async throws {
    try await sayingWhy { try await Bootstrap.serve(Program.self) }
  }
}

/// Applies the pending migrations.
struct Migrate<Program: ServiceProgram>: AsyncParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "migrate", abstract: "Bring the service's schema up to date.")
  }

  func run() async throws {
    try await sayingWhy {
      let start = try Bootstrap.start(Program.self)
      let assembly = try await start.assemble(Program.self)
      guard let database = assembly.database else { throw CleanExit.message("There is nothing to migrate.") }
      let applied: [String]
      do {
        applied = try await database.migrate()
      } catch {
        throw StartFault("The schema was not brought up to date: \(error)")
      }
      await database.shutdown()
      throw CleanExit.message(applied.isEmpty ? "Up to date." : "Applied \(applied.joined(separator: ", ")).")
    }
  }
}

/// Prints what was built.
struct Version<Program: ServiceProgram>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "version", abstract: "Print the version.")
  }

  func run() throws {
    let commit = (Program.identity.commit ?? Settings().optional(.commit)).map { " (\($0))" } ?? ""
    throw CleanExit.message("\(Program.identity.executable) \(Program.identity.version)\(commit)")
  }
}

/// Prints the table of settings.
struct ShowSettings<Program: ServiceProgram>: ParsableCommand {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: "settings", abstract: "List the environment variables it understands.")
  }

  func run() throws { throw CleanExit.message(SettingsTable.text(Program.declaredSettings)) }
}

/// Lays the settings out for a terminal and for the READMEs: a Markdown table.
enum SettingsTable {
  static func text(_ settings: [Setting]) -> String {
    let rows = settings.map { setting in
      let fallback = setting.fallback.map { "`\($0)`" } ?? ""
      let secret = setting.isSecret ? "yes, or `…_FILE`" : ""
      return "| `\(setting.name)` | \(fallback) | \(setting.meaning) | \(secret) |"
    }
    return (["| setting | default | meaning | secret |", "|---|---|---|---|"] + rows).joined(separator: "\n")
  }
}

/// Turns a fault into sentences on stderr and an exit code.
public func sayingWhy(_ body: () async throws -> Void) async throws {
  do {
    try await body()
  } catch let error as SettingsError {
    for fault in error.faults { StandardError.write(fault) }
    throw ExitCode(StartFault.configuration)
  } catch let fault as StartFault {
    StandardError.write(fault.description)
    throw ExitCode(fault.code)
  }
}
