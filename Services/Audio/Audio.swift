import ArgumentParser
import Artifacts
import Contracts
import Queue
import ServiceKit

/// Makes music of an exact length and mixes it under the film.
@main struct Audio: ServiceProgram {
  static let identity = ServiceIdentity(.audio, version: "0.1.0")
  static let settings = WorkerService.settings + ArtifactStoreSettings.declared
  static let tools: [any ParsableCommand.Type] = [MixCommand.self]

  static func assemble(_ start: Start) async throws -> Assembly { try Wiring(start).assembly }
}
