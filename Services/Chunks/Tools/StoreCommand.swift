import ArgumentParser
import Artifacts
import Contracts
import FoundationEssentials

/// `longtake-chunks store ls|get|put`: looks into the store, whichever it is.
struct StoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "store", abstract: "List, fetch and store artifacts, in a folder or in a bucket.",
    subcommands: [List.self, Get.self, Put.self])

  /// So many files go at once.
  fileprivate static let width = 12

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "ls", abstract: "List the keys below a folder of the store.")

    @OptionGroup var store: StoreOptions
    @Argument(help: "user/videos/id, for instance.") var folder: String

    func run() async throws {
      throw CleanExit.message(try await store.open().list(folder).joined(separator: "\n"))
    }
  }

  struct Get: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "get", abstract: "Fetch artifacts, each checked, into a folder.",
      discussion: "Prints the bytes, SHA-256 and key of each; the names are the last parts of the keys.")

    @OptionGroup var store: StoreOptions
    @Option(help: "The folder; files of the same name are replaced.") var to: String
    @Argument(help: "The keys; one that ends in / means all below it.") var keys: [String]

    func run() async throws {
      let store = try store.open()
      let clock = ContinuousClock.now
      var all: [String] = []
      for key in keys { all += key.hasSuffix("/") ? try await store.list(key) : [key] }
      let folder = to
      let files = try await StoreCommand.each(try StoreCommand.distinct(all)) { key in
        let name = key.split(separator: "/").last ?? ""
        return try await store.copy(key, to: "\(folder)/\(name)")
      }
      throw CleanExit.message(StoreCommand.report(files, ContinuousClock.now - clock))
    }
  }

  struct Put: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "put", abstract: "Store files; what is stored is never overwritten.")

    @OptionGroup var store: StoreOptions
    @Option(help: "The folder of the store: user/videos/id.") var to: String
    @Argument(help: "The files; they keep their names.") var files: [String]

    func run() async throws {
      let store = try store.open()
      let clock = ContinuousClock.now
      let folder = to.hasSuffix("/") ? String(to.dropLast()) : to
      let stored = try await StoreCommand.each(files) { file in
        let key = "\(folder)/\(file.split(separator: "/").last ?? "")"
        switch try await store.put(file: file, as: key) {
        case .stored(let reference): return reference
        case .exists: throw ValidationError("\(key) is there already: choose another name.")
        }
      }
      throw CleanExit.message(StoreCommand.report(stored, ContinuousClock.now - clock))
    }
  }

  /// The keys, each once; throws where two would become one file.
  static func distinct(_ keys: [String]) throws -> [String] {
    var found: [Substring: String] = [:]
    return try keys.filter { key in
      let name = key.split(separator: "/").last ?? ""
      guard let other = found.updateValue(key, forKey: name) else { return true }
      if other == key { return false }
      throw ValidationError("\(other) and \(key) would both become \(name): fetch them into two folders.")
    }
  }

  /// Does the same with many, some at once, and answers in order.
  private static func each(
    _ items: [String], _ work: @escaping @Sendable (String) async throws -> ArtifactReference
  ) async throws -> [ArtifactReference] {
    try await withThrowingTaskGroup(of: (Int, ArtifactReference).self) { group in
      var results = [ArtifactReference?](repeating: nil, count: items.count)
      for (index, item) in items.enumerated() {
        if index >= width, let (done, reference) = try await group.next() { results[done] = reference }
        group.addTask { (index, try await work(item)) }
      }
      for try await (done, reference) in group { results[done] = reference }
      return results.compactMap { $0 }
    }
  }

  private static func report(_ files: [ArtifactReference], _ time: Duration) -> String {
    let lines = files.map { "\($0.bytes)\t\($0.sha256)\t\($0.key)" }
    let bytes = files.reduce(0) { $0 + $1.bytes }
    return (lines + ["\(files.count) files, \(bytes) bytes, \(time / .seconds(1)) s"]).joined(separator: "\n")
  }
}
