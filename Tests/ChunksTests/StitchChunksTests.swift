import Artifacts
import Contracts
import FoundationEssentials
import Media
import Queue
import Rig
import Testing

@testable import Chunks

@Suite(.timeLimit(.minutes(2)))
struct StitchChunksTests {
  private func input(_ rig: Rig, _ video: VideoID, frameCount: Int = 20) async throws -> StitchInput {
    let keys = StorageKeys.video(user: "ada", video: video)
    var clips: [ArtifactReference] = []
    for index in 0..<2 {
      clips.append(
        try await rig.store(keys.chunk(index)) { try writeGrey($0, frames: 10, first: 40 + 60 * index) })
    }
    return StitchInput(
      videoId: video, clips: clips, frameCount: frameCount, fps: 30, width: 160, height: 90)
  }

  @Test func clipsBecomeOneFilmOfTheExactLength() async throws {
    try await withRig("takes", ChunkMigrations.all) { rig in
      let video = VideoID.random()
      let report = try await rig.run(
        StitchChunks(shelf: rig.shelf, media: rig.media),
        command(.stitch, .stitch(try await input(rig, video)), video: video))
      guard case .stitch(let result) = report.result else { throw report.fault ?? TaskFault.none }
      #expect(result.method == .copy)
      #expect(result.video.key == "ada/videos/\(video)/stitched.mp4")
      let film: String = try await rig.shelf.file(of: result.video)
      #expect(try Probe.countFrames(film) == 20)
    }
  }

  @Test func filmComesWithItsJoinsAndItsPictures() async throws {
    try await withRig("takes", ChunkMigrations.all) { rig in
      let video = VideoID.random()
      let report = try await rig.run(
        StitchChunks(shelf: rig.shelf, media: rig.media),
        command(.stitch, .stitch(try await input(rig, video)), video: video))
      guard case .stitch(let result) = report.result else { throw report.fault ?? TaskFault.none }
      // The greys of the second clip begin lighter than those of the first end.
      #expect(result.seams?.map(\.chunk) == [1] && result.seams?.first?.verdict == .broken)
      #expect(result.findings == nil)
      let names = [result.poster, result.filmstrip, result.filmstripVtt].map {
        $0?.key.split(separator: "/").last.map(String.init)
      }
      #expect(names == ["poster.jpg", "filmstrip.jpg", "filmstrip.vtt"])
      let index: String = try await rig.shelf.file(of: try #require(result.filmstripVtt))
      #expect(try String(contentsOfFile: index, encoding: .utf8).contains("filmstrip.jpg#xywh=0,0,160,90"))
      try JPEG.check(try await rig.shelf.file(of: try #require(result.poster)) as String)
    }
  }

  @Test func filmWhoseJoinsCannotBeMeasuredIsFinishedWithAWarning() async throws {
    try await withRig("takes", ChunkMigrations.all) { rig in
      let video = VideoID.random()
      let keys = StorageKeys.video(user: "ada", video: video)
      var clips: [ArtifactReference] = []
      for index in 0..<2 {
        clips.append(try await rig.store(keys.chunk(index)) { try writeGrey($0, frames: 1) })
      }
      let input = StitchInput(videoId: video, clips: clips, frameCount: 2, fps: 30, width: 160, height: 90)
      let report = try await rig.run(
        StitchChunks(shelf: rig.shelf, media: rig.media), command(.stitch, .stitch(input), video: video))
      guard case .stitch(let result) = report.result else { throw report.fault ?? TaskFault.none }
      #expect(result.seams == nil && result.findings?.map(\.code) == ["seams_unmeasured"])
    }
  }

  @Test func secondTakeOfAFilmNamesItsOwnSheet() async throws {
    try await withRig("takes", ChunkMigrations.all) { rig in
      let video = VideoID.random()
      let input = try await input(rig, video)
      for generation in 1...2 {
        let report = try await rig.run(
          StitchChunks(shelf: rig.shelf, media: rig.media),
          command(.stitch, .stitch(input), video: video, generation: generation))
        guard case .stitch(let result) = report.result else { throw report.fault ?? TaskFault.none }
        let index: String = try await rig.shelf.file(of: try #require(result.filmstripVtt))
        let sheet = generation == 1 ? "filmstrip.jpg" : "filmstrip_take_02.jpg"
        #expect(try String(contentsOfFile: index, encoding: .utf8).contains("\n\(sheet)#xywh="))
      }
    }
  }

  @Test func clipsThatAreTooShortFailTheTask() async throws {
    try await withRig("takes", ChunkMigrations.all) { rig in
      let video = VideoID.random()
      let report = try await rig.run(
        StitchChunks(shelf: rig.shelf, media: rig.media),
        command(.stitch, .stitch(try await input(rig, video, frameCount: 200)), video: video))
      #expect(report.state == .failed)
      #expect(report.fault?.code == "clips_too_short")
    }
  }

  @Test func attemptAfterACrashUsesTheFilmThatIsThere() async throws {
    try await withRig("takes", ChunkMigrations.all) { rig in
      let video = VideoID.random()
      let report = try await rig.run(
        Dying(1, StitchChunks(shelf: rig.shelf, media: rig.media)),
        command(.stitch, .stitch(try await input(rig, video)), video: video))
      guard case .stitch(let result) = report.result else { throw report.fault ?? TaskFault.none }
      #expect(result.take == 1)
      #expect(!result.notes.isEmpty)
    }
  }
}
