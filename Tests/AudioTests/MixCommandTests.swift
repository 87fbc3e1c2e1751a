import ArgumentParser
import FoundationEssentials
import Media
import Rig
import Testing

@testable import Audio

struct MixCommandTests {
  @Test func musicIsPutUnderAVideo() async throws {
    try await withFolder { folder in
      try writeFilm("\(folder)/v.mp4", frames: 30)
      try writeTone("\(folder)/m.mp3", seconds: 2)
      let output = "\(folder)/out.mp4"
      let tool = try MixCommand.parse([
        "--video", "\(folder)/v.mp4", "--music", "\(folder)/m.mp3", "--output", output,
      ])
      #expect(throws: CleanExit.self) { try tool.run() }
      let info = try Probe.probe(output)
      #expect(info.videos.first?.frameCount == 30)
      #expect(abs((info.audios.first?.durationSeconds ?? 0) - 1) < 0.05)
    }
  }

  @Test(arguments: ["video", "music"]) func brokenInputIsRefusedAndLeavesNoOutput(_ broken: String)
    async throws
  {
    try await withFolder { folder in
      try writeFilm("\(folder)/video", frames: 30)
      try writeTone("\(folder)/music", seconds: 1)
      try Data("broken".utf8).write(to: URL(filePath: "\(folder)/\(broken)"))
      let tool = try MixCommand.parse([
        "--video", "\(folder)/video", "--music", "\(folder)/music", "--output", "\(folder)/out.mp4",
      ])
      #expect(throws: (any Error).self) { try tool.run() }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["music", "video"])
    }
  }

  @Test func ownSoundIsKeptWithoutMusic() async throws {
    try await withFolder { folder in
      try writeFilm("\(folder)/v.mp4", frames: 30)
      try writeTone("\(folder)/m.mp3", seconds: 1)
      let first = try MixCommand.parse([
        "--video", "\(folder)/v.mp4", "--music", "\(folder)/m.mp3", "--output", "\(folder)/own.mp4",
      ])
      #expect(throws: CleanExit.self) { try first.run() }
      let tool = try MixCommand.parse([
        "--video", "\(folder)/own.mp4", "--keep-sound", "--output", "\(folder)/out.mp4",
      ])
      #expect(throws: CleanExit.self) { try tool.run() }
      #expect(try Probe.probe("\(folder)/out.mp4").audios.count == 1)
    }
  }

  @Test func mixOfNothingIsRefused() {
    #expect(throws: (any Error).self) { try MixCommand.parse(["--video", "v", "--output", "o"]) }
  }

  @Test(arguments: ["1.5", "-0.1", "loud"]) func volumeOutsideItsRangeIsRefused(_ volume: String) {
    #expect(throws: (any Error).self) {
      try MixCommand.parse(["--video", "v", "--music", "m", "--output", "o", "--volume", volume])
    }
  }
}
