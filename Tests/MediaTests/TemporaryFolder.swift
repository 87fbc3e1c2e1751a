import FoundationEssentials

/// A folder that goes with its owner.
final class TemporaryFolder: Sendable {
  let root: String

  init() throws {
    root = FileManager.default.temporaryDirectory.path + "/longtake-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
  }

  deinit {
    // Nothing can be done about a temporary folder that stays.
    try? FileManager.default.removeItem(atPath: root)
  }

  func path(_ name: String) -> String { "\(root)/\(name)" }

  func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: root) }
}
