import Contracts
import Media
import Providers
import Queue
import Rig
import Testing

@testable import References

/// Makes an even picture of a size.
struct PlainImageMaker: ImageMaker {
  var width = 240
  var tally = Tally()

  func makeImage(for spec: Spec, at path: String) async throws {
    tally.add()
    try PNG.write(Picture(width: width, height: 136), to: path)
  }
}

@Suite(.timeLimit(.minutes(2)))
struct MakeReferenceTests {
  private func run(_ rig: Rig, _ executor: any TaskExecutor) async throws -> (TaskReport, VideoID) {
    let video = VideoID.random()
    let input = ReferenceInput(videoId: video, spec: tinySpec())
    return (try await rig.run(executor, command(.reference, .reference(input), video: video)), video)
  }

  @Test func drawnReferenceLeavesTheCameraRoomToMove() async throws {
    try await withRig("reference_images", ReferenceMigrations.all) { rig in
      let executor = MakeReference(
        maker: StoryboardImageMaker(media: rig.media), shelf: rig.shelf, media: rig.media)
      let (report, video) = try await run(rig, executor)
      guard case .reference(let result) = report.result else { throw report.fault ?? TaskFault.none }
      #expect(result.image.key == "ada/videos/\(video)/product_reference.png")
      #expect(result.take == 1)
      let picture = try PNG.read(try await rig.shelf.file(of: result.image) as String)
      #expect(picture.width >= 240)
      #expect(picture.height >= 135)
    }
  }

  @Test func imageSmallerThanTheFilmFailsTheTask() async throws {
    try await withRig("reference_images", ReferenceMigrations.all) { rig in
      let executor = MakeReference(
        maker: PlainImageMaker(width: 100), shelf: rig.shelf, media: rig.media)
      let (report, _) = try await run(rig, executor)
      #expect(report.fault?.code == "image_too_small")
    }
  }

  @Test func attemptAfterACrashAdoptsTheImage() async throws {
    try await withRig("reference_images", ReferenceMigrations.all) { rig in
      let maker = PlainImageMaker()
      let executor = MakeReference(maker: maker, shelf: rig.shelf, media: rig.media)
      let (report, _) = try await run(rig, Dying(1, executor))
      #expect(report.state == .succeeded)
      #expect(maker.tally.count == 1)
    }
  }
}

extension TaskFault {
  static let none = TaskFault(code: "none", detail: "There is no result.", kind: .bug)
}
