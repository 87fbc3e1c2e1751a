public import Contracts
import FoundationEssentials

/// Where the copies of a service make files before they are stored: a folder per process and per task.
public struct Workspace: Sendable {
  let root: String
  private let prefix: String
  private let own: String

  /// A nil `root` is the system's folder for temporary files.
  public init(root: String?, service: ServiceName) {
    let root = root ?? FileManager.default.temporaryDirectory.path
    self.root = root
    prefix = "longtake-\(service.rawValue)-"
    own = "\(root)/\(prefix)\(ProcessInfo.processInfo.processIdentifier)"
  }

  /// Makes this process' folder, and removes what processes left behind that are no more.
  public func prepare() throws {
    let files = FileManager.default
    try files.createDirectory(atPath: root, withIntermediateDirectories: true)
    for name in try files.contentsOfDirectory(atPath: root) where name.hasPrefix(prefix) {
      guard let process = Int(name.dropFirst(prefix.count)) else { continue }
      let path = "\(root)/\(name)"
      if path == own || !files.fileExists(atPath: "/proc/\(process)") { try files.removeItem(atPath: path) }
    }
    try files.createDirectory(atPath: own, withIntermediateDirectories: true)
  }

  /// Gives `body` an empty folder of its own, which is gone afterwards with all that is in it.
  public func withDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = "\(own)/\(UUID().uuidString.lowercased())"
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw TaskFault.noRoom(error)
    }
    let outcome: Result<Value, any Error>
    do {
      outcome = .success(try await body(path))
    } catch {
      outcome = .failure(error)
    }
    try FileManager.default.removeItem(atPath: path)
    return try outcome.get()
  }
}

extension TaskFault {
  /// The folder for temporary files cannot be written to; it may be full only for a while.
  static func noRoom(_ error: any Error) -> Self {
    TaskFault(
      code: "no_room",
      detail:
        "The folder for temporary files cannot be written to: free space there, or set LONGTAKE_TEMP_DIR.",
      kind: .transient)
  }
}
