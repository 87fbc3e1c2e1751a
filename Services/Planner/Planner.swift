import Contracts
import ServiceKit

/// The planner service: from a prompt to the plan of its film.
@main struct Planner: ServiceProgram {
  static let identity = ServiceIdentity(.planner, version: "0.1.0")
  static let settings = Wiring.settings

  static func assemble(_ start: Start) async throws -> Assembly { try Wiring(start).assembly }
}
