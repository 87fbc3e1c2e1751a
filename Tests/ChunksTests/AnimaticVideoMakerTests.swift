import Contracts
import Harness
import Media
import Rig
import Testing

@testable import Chunks

/// The local provider as a slow one.
@Suite(.timeLimit(.minutes(1)))
struct AnimaticVideoMakerTests {
  /// Makes a clip that takes ten seconds of `clock`, which stands still; `body` has its file and its task.
  private func withSlowClip(
    _ clock: TestClock, _ body: (String, Task<Void, any Error>) async throws -> Void
  ) async throws {
    try await withFolder { folder in
      let media = MediaPool(size: 1)
      let maker = AnimaticVideoMaker(media: media, latency: .seconds(10), clock: clock) { _ in }
      let path = "\(folder)/clip.mp4"
      let clip = Task {
        try await maker.makeClip(chunkInput(VideoID.random()), startImage: nil, reference: nil, at: path)
      }
      try await clock.slept.wait()
      try await body(path, clip)
      try await media.shutdown()
    }
  }

  @Test func clipIsMadeAtOnceAndHandedOutLate() async throws {
    let clock = TestClock()
    try await withSlowClip(clock) { path, clip in
      #expect(try Probe.countFrames(path) == 10)
      clock.advance(by: .seconds(10))
      try await clip.value
    }
  }

  @Test func waitEndsWithItsTask() async throws {
    try await withSlowClip(TestClock()) { _, clip in
      clip.cancel()
      await #expect(throws: CancellationError.self) { try await clip.value }
    }
  }
}
