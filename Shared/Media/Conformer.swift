import CFFmpeg

/// Decodes a clip and gives a writer its frames, fitted to the writer's size and frame rate.
final class Conformer {
  private let clip: ClipScan
  private let writer: ClipWriter
  private let reader: ClipReader
  private var fitting: Fitting?

  init(_ clip: ClipScan, writer: ClipWriter, cancel: CancellationFlag) throws(MediaError) {
    guard clip.orientation.isSupported else {
      throw MediaError(.unsupported, "\(clip.path) is turned by an angle that is no quarter turn.")
    }
    self.clip = clip
    self.writer = writer
    reader = try ClipReader(clip.path, cancel: cancel)
  }

  /// Appends `frames` frames: at each moment of the grid the decoded frame that is shown then.
  ///
  /// `stretch` slows the clip down; a clip that is longer than `frames` is cut. `first` is the frame to begin with,
  /// of a clip whose frames lie one step apart.
  func append(frames: Int, stretch: Double, from first: Int = 0) throws(MediaError) {
    let shown = try Frame()
    var count = 0
    var written = 0
    let start = clip.start + Int64(first) * (clip.step ?? 0)
    while written < frames, try reader.advance(to: start) {
      let ticks = reader.decoded.raw.pointee.best_effort_timestamp - start
      let time = Double(ticks) * clip.timeBase.value * stretch
      while count > 0, written < frames, (Double(written) + 0.5) / writer.rate.value < time {
        try write(shown)
        written += 1
      }
      av_frame_unref(shown.raw)
      av_frame_move_ref(shown.raw, reader.decoded.raw)
      count += 1
    }
    guard count > 0, written == frames || count + first == clip.shown else {
      throw MediaError(
        .corrupt, "\(clip.path) is damaged: \(count) of its \(clip.shown) frames can be decoded.")
    }
    while written < frames {
      try write(shown)
      written += 1
    }
  }

  private func write(_ frame: borrowing Frame) throws(MediaError) {
    let side = frame.colorSide
    if side == writer.side, clip.orientation == .upright, clip.pixelShape == Rational(1, 1) {
      try writer.encode(frame)
      return
    }
    if fitting?.source != side { fitting = try Fitting(side, of: clip, into: writer.side) }
    guard let fitting else { return }
    try writer.encode(fitting.fit(frame))
  }
}
