import ArgumentParser
import Contracts
import ServiceKit

/// The only public door.
@main struct Gateway: ServiceProgram {
  static let identity = ServiceIdentity(.gateway, version: "0.1.0")
  static let settings = GatewaySettings.declared
  static let tools: [any ParsableCommand.Type] = [KeysCommand.self]

  static func assemble(_ start: Start) async throws -> Assembly { try Wiring(start).assembly }
}
