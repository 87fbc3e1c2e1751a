import Artifacts
import Contracts
import Media
import Queue
import Rig
import Testing

@testable import Chunks

@Suite(.timeLimit(.minutes(2)))
struct RenderChunkTests {
  private func executor(_ rig: Rig, _ maker: GreyVideoMaker = GreyVideoMaker()) -> RenderChunk<GreyVideoMaker>
  {
    RenderChunk(maker: { _ in maker }, shelf: rig.shelf, media: rig.media)
  }

  private func result(_ report: TaskReport) throws -> ChunkResult {
    guard case .chunk(let result) = report.result else { throw report.fault ?? TaskFault.none }
    return result
  }

  @Test func chunkIsStoredWithTheFrameThatItShowsLast() async throws {
    try await withRig("takes", ChunkMigrations.all) { rig in
      let video = VideoID.random()
      let report = try await rig.run(
        executor(rig), command(.chunk(0), .chunk(chunkInput(video)), video: video))
      let result = try result(report)
      #expect(result.clip.key == "ada/videos/\(video)/chunk_00.mp4")
      #expect(result.lastFrame.key == "ada/videos/\(video)/chunk_00_last_frame.png")
      #expect(result.take == 1)
      let clip: String = try await rig.shelf.file(of: result.clip)
      let frame: String = try await rig.shelf.file(of: result.lastFrame)
      #expect(try PNG.read(frame) == LastFrame.extract(from: clip))
      #expect((report.workSeconds ?? 0) > 0)
      #expect(result.poster?.key == "ada/videos/\(video)/chunk_00_poster.jpg")
    }
  }

  @Test func clipOfAnotherLengthFailsTheTaskAndIsNotStored() async throws {
    try await withRig("takes", ChunkMigrations.all) { rig in
      let video = VideoID.random()
      let report = try await rig.run(
        executor(rig, GreyVideoMaker(frameCount: 9)),
        command(.chunk(0), .chunk(chunkInput(video)), video: video))
      #expect(report.state == .failed)
      #expect(report.fault?.code == "clip_mismatch")
      #expect(try await rig.artifacts.list("ada").isEmpty)
    }
  }

  @Test func attemptAfterACrashAdoptsTheClipInsteadOfMakingItAgain() async throws {
    try await withRig("takes", ChunkMigrations.all) { rig in
      let video = VideoID.random()
      let maker = GreyVideoMaker()
      let report = try await rig.run(
        Dying(2, executor(rig, maker)), command(.chunk(0), .chunk(chunkInput(video)), video: video))
      #expect(report.state == .succeeded)
      #expect(report.attempts == 3)
      #expect(maker.tally.count == 1)
      #expect(try result(report).take == 1)
    }
  }

  @Test func retryInANewGenerationIsANewTake() async throws {
    try await withRig("takes", ChunkMigrations.all) { rig in
      let video = VideoID.random()
      for generation in 1...2 {
        let report = try await rig.run(
          executor(rig),
          command(.chunk(1), .chunk(chunkInput(video, index: 1)), video: video, generation: generation))
        #expect(try result(report).take == generation)
      }
      #expect(
        try await rig.artifacts.list("ada/videos/\(video)").map {
          $0.split(separator: "/").last.map(String.init)
        }
          == [
            "chunk_01.mp4", "chunk_01_last_frame.png", "chunk_01_poster.jpg", "chunk_01_take_02.mp4",
            "chunk_01_take_02_last_frame.png", "chunk_01_take_02_poster.jpg",
          ])
    }
  }

  @Test func startImageThatIsNotWhatWasPromisedFailsTheTask() async throws {
    try await withRig("takes", ChunkMigrations.all) { rig in
      let video = VideoID.random()
      let keys = StorageKeys.video(user: "ada", video: video)
      var image = try await rig.store(keys.productReference()) { path in
        try PNG.write(Picture(width: 240, height: 136), to: path)
      }
      image.bytes += 1
      let input = chunkInput(video, startImage: image)
      let report = try await rig.run(executor(rig), command(.chunk(0), .chunk(input), video: video))
      #expect(report.state == .failed)
      #expect(report.fault?.code == "store_failed")
    }
  }

  @Test func localProviderFilmsTheReferenceFrameByFrame() async throws {
    try await withRig("takes", ChunkMigrations.all) { rig in
      let video = VideoID.random()
      let keys = StorageKeys.video(user: "ada", video: video)
      let image = try await rig.store(keys.productReference()) { path in
        var picture = Picture(width: 240, height: 136)
        for index in picture.pixels.indices { picture.pixels[index] = UInt8(index / 3 % 240) }
        try PNG.write(picture, to: path)
      }
      let media = rig.media
      let executor = RenderChunk(
        maker: { AnimaticVideoMaker(media: media, progress: $0) }, shelf: rig.shelf, media: media)
      let input = chunkInput(video, startImage: image)
      let report = try await rig.run(executor, command(.chunk(0), .chunk(input), video: video))
      #expect(try result(report).frameCount == 10)
    }
  }
}

extension TaskFault {
  static let none = TaskFault(code: "none", detail: "There is no result.", kind: .bug)
}
