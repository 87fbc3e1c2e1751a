import CFFmpeg

/// Reads a finished file once more and compares it with what was promised.
enum Verification {
  /// The sample rate of all sound made here.
  static let sampleRate = 48_000

  /// Checks that `path` shows exactly `frames` frames at `fps` from 0 on, has its index in front and, if
  /// `samples` is given, sounds as long from 0 on.
  static func check(
    _ path: String, frames: Int, fps: Int, samples: Int? = nil, cancel: CancellationFlag
  ) throws(MediaError) {
    try check(path, frames: frames, rate: Rational(fps, 1), samples: samples, cancel: cancel)
  }

  /// The same for any rate, and for a size that the upright frames must have.
  static func check(
    _ path: String, frames: Int, rate: Rational, size: (width: Int, height: Int)? = nil, samples: Int? = nil,
    cancel: CancellationFlag
  ) throws(MediaError) {
    let scan = try ClipScan(path, cancel: cancel)
    guard scan.shown == frames, scan.hidden == 0, scan.start == 0, scan.fps == rate else {
      throw MediaError(
        .library,
        "The output came out with \(scan.shown) frames in \(scan.seconds) s instead of \(frames) at \(rate.value) a second."
      )
    }
    if let size {
      guard scan.parameters.width == size.width, scan.parameters.height == size.height,
        scan.orientation == .upright, scan.pixelShape == Rational(1, 1), scan.parameters.isPlainH264
      else {
        throw MediaError(.library, "The output did not come out as H.264 of \(size.width)×\(size.height).")
      }
    }
    guard try Probe.isFaststart(path) else {
      throw MediaError(.library, "The output's index did not come out in front.")
    }
    guard scan.hasSound == (samples != nil) else {
      throw MediaError(.library, "The output came out \(samples == nil ? "with" : "without") sound.")
    }
    if let samples { try checkSound(path, samples: samples, cancel: cancel) }
  }

  private static func checkSound(
    _ path: String, samples: Int, cancel: CancellationFlag
  ) throws(MediaError) {
    let container = try InputContainer(path, analysing: false, cancel: cancel)
    let stream = try container.only(AVMEDIA_TYPE_AUDIO)
    let packet = try Packet()
    var start = Int64.max
    var end = Int64.min
    while try container.read(packet, of: stream) {
      // The encoder's priming lies before 0, where the edit list hides it.
      start = min(start, packet.raw.pointee.pts)
      end = max(end, packet.raw.pointee.pts + packet.raw.pointee.duration)
    }
    guard start <= 0, end == samples, stream.pointee.time_base.den == sampleRate else {
      throw MediaError(
        .library, "The output's sound came out with \(end) samples instead of \(samples).")
    }
  }
}
