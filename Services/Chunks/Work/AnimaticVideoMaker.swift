import Animatic
import Contracts
import Media
import Providers

/// The local provider of clips: the reference filmed by a virtual camera.
struct AnimaticVideoMaker: VideoMaker {
  let media: MediaPool
  /// How long a clip takes at least, so that operators can rehearse a slow generator.
  var latency: Duration = .zero
  var clock: any Clock<Duration> = ContinuousClock()
  /// Told the part of the frames that is done, 0…1.
  let progress: @Sendable (Double) -> Void

  func makeClip(_ chunk: ChunkInput, startImage: String?, reference: String?, at path: String) async throws {
    let progress = progress
    let took = try await clock.measure {
      try await media.run { cancel in
        let renderer = AnimaticRenderer(
          spec: chunk.spec, reference: try reference.map { try PNG.read($0) },
          startImage: try startImage.map { try PNG.read($0) }, chunk: chunk.chunk)
        let frames = Double(max(chunk.chunk.frameCount, 1))
        _ = try renderer.render(to: path, cancel: cancel) { progress(Double($0) / frames) }
      }
    }
    // Outside the pool, so that what waits takes nothing from what computes.
    if took < latency { try await clock.sleep(for: latency - took) }
  }
}
