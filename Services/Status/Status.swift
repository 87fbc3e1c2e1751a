import Contracts
import ServiceKit

/// The status service: the conductor, and the only writer of any status.
@main struct Status: ServiceProgram {
  static let identity = ServiceIdentity(.status, version: "0.1.0")
  static let settings: [ServiceKit.Setting] = Wiring.settings

  static func assemble(_ start: Start) async throws -> Assembly { try Wiring(start).assembly }
}
