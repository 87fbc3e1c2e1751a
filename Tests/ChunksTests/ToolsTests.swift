import ArgumentParser
import Artifacts
import Contracts
import FoundationEssentials
import Harness
import Media
import Rig
import Testing

@testable import Chunks

struct ToolsTests {
  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  @Test func keysThatWouldBecomeOneFileAreRefused() {
    #expect(throws: (any Error).self) { try StoreCommand.distinct(["a/x.mp4", "b/y.mp4", "b/x.mp4"]) }
  }

  @Test func keyThatIsNamedTwiceIsFetchedOnce() throws {
    #expect(try StoreCommand.distinct(["a/x.mp4", "b/y.mp4", "a/x.mp4"]) == ["a/x.mp4", "b/y.mp4"])
  }

  @Test func clipsAreStitchedToTheLengthAskedFor() async throws {
    try await withFolder { folder in
      for name in ["a", "b"] { try writeGrey("\(folder)/\(name).mp4", frames: 15) }
      let output = "\(folder)/out.mp4"
      let tool = try StitchCommand.parse([
        "--duration", "0.9", "--output", output, "\(folder)/a.mp4", "\(folder)/b.mp4",
      ])
      await #expect(throws: CleanExit.self) { try await tool.run() }
      #expect(try Probe.countFrames(output) == 27)
    }
  }

  @Test func brokenClipIsRefusedAndLeavesNoOutput() async throws {
    try await withFolder { folder in
      try writeGrey("\(folder)/a.mp4", frames: 15)
      try Data("no clip".utf8).write(to: URL(filePath: "\(folder)/b.mp4"))
      let output = "\(folder)/out.mp4"
      let tool = try StitchCommand.parse(["--output", output, "\(folder)/a.mp4", "\(folder)/b.mp4"])
      await #expect(throws: MediaError.self) { try await tool.run() }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["a.mp4", "b.mp4"])
    }
  }

  @Test func lastFrameIsWrittenOrNothingIs() async throws {
    try await withFolder { folder in
      try writeGrey("\(folder)/a.mp4", frames: 15)
      try LastFrameCommand.parse(["\(folder)/a.mp4", "\(folder)/a.png"]).run()
      #expect(try PNG.read("\(folder)/a.png").width == 160)
      let missing = try LastFrameCommand.parse(["\(folder)/none.mp4", "\(folder)/b.png"])
      #expect(throws: MediaError.self) { try missing.run() }
      #expect(!exists("\(folder)/b.png"))
    }
  }

  @Test func joinsAreMeasuredForMachinesAndForPeople() async throws {
    try await withFolder { folder in
      let clips = ["a", "b"].map { "\(folder)/\($0).mp4" }
      for (index, clip) in clips.enumerated() { try writeGrey(clip, frames: 10, first: 40 + 60 * index) }
      let said = { (options: [String]) throws -> String in
        let tool = try SeamsCommand.parse(clips + options)
        do {
          try tool.run()
          return ""
        } catch let exit as CleanExit {
          return exit.description
        }
      }
      #expect(try said([]).contains("b.mp4: broken"))
      let json = try JSON.decode(SeamsAnswer.self, from: Data(try said(["--json"]).utf8))
      #expect(json.seams.map(\.seam.chunk) == [1] && json.driftVerdict == .visible)
    }
  }

  private struct SeamsAnswer: Decodable {
    struct Row: Decodable { let seam: Seam }
    let seams: [Row]
    let driftVerdict: Seam.Verdict
  }

  @Test func seamOfOneClipIsRefused() {
    #expect(throws: (any Error).self) { try SeamsCommand.parse(["a.mp4"]) }
  }

  @Test(arguments: [
    ["--output", "a.mp4", "a.mp4"], ["--output", "o", "--user", "ada", "a"],
    ["--output", "o", "--user", "ada"], ["--output", "o", "--user", "ada", "--video", "1"],
    ["--output", "o", "--duration", "0", "a"], ["--output", "o"],
  ])
  func contradictingArgumentsAreRefused(_ arguments: [String]) {
    #expect(throws: (any Error).self) { try StitchCommand.parse(arguments) }
  }

  @Test func everyExpectedFileIsListedWithItsPlace() async throws {
    try await withFolder { folder in
      let video = VideoID.random()
      let keys = StorageKeys.video(user: "ada", video: video)
      let store = LocalArtifactStore(root: "\(folder)/store")
      try Data("clip".utf8).write(to: URL(filePath: "\(folder)/clip"))
      _ = try await store.put(file: "\(folder)/clip", as: keys.chunk(1))
      let old = "\(folder)/store/chunks/\(video)"
      try FileManager.default.createDirectory(atPath: old, withIntermediateDirectories: true)
      try Data("old".utf8).write(to: URL(filePath: "\(old)/chunk_00.mp4"))
      let files = try await ExpectedFiles(keys: keys, store: store).look()
      let found = files.filter { $0.bytes != nil }.compactMap(\.place)
      #expect(found == ["chunks/\(video)/chunk_00.mp4", keys.chunk(1)])
      #expect(files.contains { $0.key == keys.final() && $0.isRequired && $0.bytes == nil })
      #expect(files.filter { $0.key.contains("chunk_") }.count == 4)
    }
  }

  @Test(arguments: StoreKind.available)
  func chunksOfAVideoAreStitchedFromTheStore(_ kind: StoreKind) async throws {
    try await withFolder { folder in
      try await kind.lend(folder) { store, options in
        let video = VideoID.random()
        let keys = StorageKeys.video(user: "ada", video: video)
        for (key, frames) in [(keys.chunk(0), 15), (keys.chunk(1), 30), (keys.chunk(1, take: 2), 15)] {
          try writeGrey("\(folder)/clip.mp4", frames: frames)
          _ = try await store.put(file: "\(folder)/clip.mp4", as: key)
        }
        let arguments = ["--user", "ada", "--video", "\(video)", "--output", "\(folder)/out.mp4"]
        var tool = try StitchCommand.parse(arguments)
        tool.store = options
        await #expect(throws: CleanExit.self) { try await tool.run() }
        #expect(try Probe.countFrames("\(folder)/out.mp4") == 30)
        try await store.delete(keys.chunk(0))
        await #expect(throws: ValidationError.self) { try await tool.run() }
      }
    }
  }
}

/// Where a tool's store is.
enum StoreKind: CaseIterable, Sendable {
  case folder, bucket

  static let available = allCases.filter { $0 == .folder || S3Server.isAvailable }

  func lend(
    _ folder: String, _ body: (any ArtifactStore, StoreOptions) async throws -> Void
  ) async throws {
    switch self {
    case .folder:
      let options = try StoreOptions.parse(["--artifacts", "\(folder)/store"])
      try await body(try options.open(), options)
    case .bucket:
      try await withBucket { bucket in
        var options = try StoreOptions.parse([])
        options.environment = bucket.environment.merging(["LONGTAKE_CACHE_DIR": "\(folder)/cache"]) { $1 }
        try await body(try options.open(), options)
      }
    }
  }
}
