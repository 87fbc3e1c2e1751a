public import Contracts

extension ServiceName {
  /// Where it listens unless told otherwise.
  public var defaultPort: Int {
    switch self {
    case .gateway: 8080
    case .status: 8081
    case .planner: 8082
    case .references: 8083
    case .chunks: 8084
    case .audio: 8085
    }
  }
}
