public import Contracts

/// Which service this process is, and what was built.
public struct ServiceIdentity: Sendable, Equatable {
  public let name: ServiceName
  public let version: String
  /// The commit it was built from, where the build or `LONGTAKE_COMMIT` says so.
  public var commit: String?

  public init(_ name: ServiceName, version: String, commit: String? = nil) {
    self.name = name
    self.version = version
    self.commit = commit
  }

  /// The executable's name, `longtake-status`.
  public var executable: String { "longtake-\(name.rawValue)" }
}
