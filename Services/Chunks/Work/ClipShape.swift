import Contracts
import Media

/// What a clip must be, frame by frame.
struct ClipShape: Sendable, Equatable {
  let frameCount: Int
  let fps: Int
  let width: Int
  let height: Int

  /// Throws unless the file is one video of exactly this shape.
  func check(_ file: String, _ cancel: CancellationFlag) throws {
    let info = try Probe.probe(file, cancel: cancel)
    guard let video = info.videos.first, info.videos.count == 1 else { throw mismatch("no single video") }
    let frames = try video.frameCount ?? Probe.countFrames(file, cancel: cancel)
    guard frames == frameCount, video.fps == Rational(fps, 1), video.width == width, video.height == height
    else {
      throw mismatch("\(frames) frames of \(video.width)×\(video.height) at \(video.fps.value) fps")
    }
  }

  private func mismatch(_ found: String) -> TaskFault {
    TaskFault(
      code: "clip_mismatch",
      detail: "The clip has \(found) instead of \(frameCount) frames of \(width)×\(height) at \(fps) fps.",
      kind: .config)
  }
}
