import ArgumentParser
import Artifacts
import Contracts
import Queue
import ServiceKit

/// Makes the clips of a film, each on the last frame of the one before, and joins them.
@main struct Chunks: ServiceProgram {
  static let identity = ServiceIdentity(.chunks, version: "0.1.0")
  static let settings = WorkerService.settings + [ChunkSettings.localLatency] + ArtifactStoreSettings.declared
  static let tools: [any ParsableCommand.Type] = [
    ProbeCommand.self, LastFrameCommand.self, StitchCommand.self, SeamsCommand.self, CheckFilesCommand.self,
    StoreCommand.self,
  ]

  static func assemble(_ start: Start) async throws -> Assembly { try Wiring(start).assembly }
}
