import Artifacts
import Contracts
import Queue
import ServiceKit

/// Makes the reference image that a film is drawn from.
@main struct References: ServiceProgram {
  static let identity = ServiceIdentity(.references, version: "0.1.0")
  static let settings = WorkerService.settings + ArtifactStoreSettings.declared

  static func assemble(_ start: Start) async throws -> Assembly { try Wiring(start).assembly }
}
