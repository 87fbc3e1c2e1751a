import ArgumentParser
import Artifacts
import Contracts

/// `longtake-chunks check-files --user U --video V`: which files of a video are there, and where.
struct CheckFilesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-files",
    abstract: "List every expected file of a video, in the layout of today and in the old places.",
    discussion: "Ends with 1 when a file that a finished video has is missing.")

  @Option(help: "Whose video it is.") var user: String
  @Option(help: "The video's id.") var video: String
  @OptionGroup var store: StoreOptions

  func run() async throws {
    guard let id = VideoID(video) else { throw ValidationError("--video must be a UUID.") }
    let files = ExpectedFiles(keys: .video(user: user, video: id), store: try store.open())
    let found = try await files.look()
    let lines = found.map { file in
      let place = file.place ?? file.key
      let state = file.bytes.map { "\($0) bytes" } ?? (file.isRequired ? "MISSING" : "not there")
      return "\(state)\t\(place)"
    }
    let missing = found.count { $0.bytes == nil && $0.isRequired }
    guard missing == 0 else { throw MissingFiles(lines: lines, count: missing) }
    throw CleanExit.message(lines.joined(separator: "\n"))
  }
}

/// Some files of a video are not there.
struct MissingFiles: Error, CustomStringConvertible {
  let lines: [String]
  let count: Int

  var description: String { "\(count) of the files are missing.\n" + lines.joined(separator: "\n") }
}

/// The files that a video has when it is finished.
struct ExpectedFiles {
  struct File: Equatable {
    let key: String
    let isRequired: Bool
    /// Where it was found, nil if nowhere.
    var place: String?
    var bytes: Int?
  }

  let keys: StorageKeys
  let store: any ArtifactStore

  /// Looks for every file at its key, then in the old places.
  func look() async throws -> [File] {
    let stored = try await stored()
    var files = expected(chunks: Self.chunkCount(stored))
    for index in files.indices {
      let key = files[index].key
      guard let place = ([key] + StorageKeys.oldPlaces(of: key)).first(where: stored.contains) else {
        continue
      }
      files[index].place = place
      files[index].bytes = try await store.size(place)
    }
    return files
  }

  /// Joins into a film: the newest take of every chunk, in order, each from today's place or else an old one.
  func clips() async throws -> [String] {
    let stored = try await stored()
    return try (0..<Self.chunkCount(stored)).map { index in
      guard let clip = Self.newest(index, in: folders, of: stored) else {
        throw ValidationError("There is no \(keys.chunk(index)): without it the clips are no film.")
      }
      return clip
    }
  }

  private func stored() async throws -> Set<String> {
    var stored: Set<String> = []
    for folder in folders { stored.formUnion(try await store.list(folder)) }
    return stored
  }

  /// `chunk_03.mp4` is the first take, `chunk_03_take_02.mp4` the second.
  private static func newest(_ index: Int, in folders: [String], of stored: Set<String>) -> String? {
    for folder in folders {
      let takes = stored.compactMap { key -> (take: Int, key: String)? in
        guard key.hasPrefix("\(folder)/chunk_"), key.hasSuffix(".mp4") else { return nil }
        let parts = key.dropFirst(folder.utf8.count + 1).dropLast(4).split(separator: "_")
        guard parts.count == 2 || parts.count == 4 && parts[2] == "take", Int(parts[1]) == index,
          let take = parts.count == 2 ? 1 : Int(parts[3])
        else { return nil }
        return (take, key)
      }
      if let newest = takes.max(by: { $0.take < $1.take }) { return newest.key }
    }
    return nil
  }

  /// Where the video's files are today, and where they were.
  private var folders: [String] {
    [keys.folder]
      + StorageKeys.oldPlaces(of: keys.final()).compactMap { place in
        place.lastIndex(of: "/").map { String(place[..<$0]) }
      }
  }

  private func expected(chunks: Int) -> [File] {
    let parts = (0..<chunks).flatMap { [(keys.chunk($0), true), (keys.lastFrame($0), true)] }
    let all =
      [(keys.styleGuide(), false), (keys.productReference(), true)] + parts
      + [
        (keys.stitched(), true), (keys.music(), false), (keys.final(), true), (keys.delivery(), false),
        (keys.poster(), false), (keys.filmstrip(), false), (keys.filmstripVtt(), false),
        (keys.waveform(), false),
      ]
    return all.map { File(key: $0.0, isRequired: $0.1) }
  }

  /// One more than the greatest index of a chunk that is stored anywhere; at least one.
  private static func chunkCount(_ stored: Set<String>) -> Int {
    let indices = stored.compactMap { key -> Int? in
      let name = key.split(separator: "/").last ?? ""
      return name.hasPrefix("chunk_") ? Int(name.dropFirst(6).prefix { $0.isNumber }) : nil
    }
    return (indices.max() ?? 0) + 1
  }
}
