import CFFmpeg

/// Decodes a clip and gives a writer its frames, fitted to the writer's size and frame rate.
final class Conformer {
  private let clip: ClipScan
  private let writer: ClipWriter
  private let container: InputContainer
  private let stream: UnsafeMutablePointer<AVStream>
  private let decoder: Decoder
  private let decoded: Frame
  private let packet: Packet
  private var fitting: Fitting?

  init(_ clip: ClipScan, writer: ClipWriter, cancel: CancellationFlag) throws(MediaError) {
    guard clip.orientation.isSupported else {
      throw MediaError(.unsupported, "\(clip.path) is turned by an angle that is no quarter turn.")
    }
    self.clip = clip
    self.writer = writer
    container = try InputContainer(clip.path, analysing: false, cancel: cancel)
    stream = try container.only(AVMEDIA_TYPE_VIDEO)
    decoder = try Decoder(of: stream, threads: 2)
    decoded = try Frame()
    packet = try Packet()
  }

  /// Appends `frames` frames: at each moment of the grid the decoded frame that is shown then.
  ///
  /// `stretch` slows the clip down; a clip that is longer than `frames` is cut.
  func append(frames: Int, stretch: Double) throws(MediaError) {
    var shown = try Frame()
    var count = 0
    var written = 0
    let fps = Double(writer.fps)
    while written < frames, try decodeNext() {
      let ticks = decoded.raw.pointee.best_effort_timestamp - clip.start
      let time = Double(ticks) * clip.timeBase.value * stretch
      while count > 0, written < frames, (Double(written) + 0.5) / fps < time {
        try write(shown)
        written += 1
      }
      swap(&shown, with: decoded)
      count += 1
    }
    guard count > 0 else { throw MediaError(.corrupt, "\(clip.path) has no frames that can be decoded.") }
    guard written == frames || count == clip.shown else {
      throw MediaError(
        .corrupt, "\(clip.path) is damaged: \(count) of its \(clip.shown) frames can be decoded.")
    }
    while written < frames {
      try write(shown)
      written += 1
    }
  }

  /// Moves the reference of `next` into `frame`, which loses its own.
  private func swap(_ frame: inout Frame, with next: borrowing Frame) {
    av_frame_unref(frame.raw)
    av_frame_move_ref(frame.raw, next.raw)
  }

  /// Decodes the next frame into `decoded`; false after the last.
  private func decodeNext() throws(MediaError) -> Bool {
    while true {
      switch try decoder.receive(decoded) {
      case .produced:
        try Library.checkSize(width: decoded.width, height: decoded.height, of: clip.path)
        return true
      case .ended: return false
      case .needsInput:
        let code = try container.read(packet, of: stream) ? decoder.send(packet) : decoder.sendEnd()
        guard code >= 0 else {
          throw MediaError(.corrupt, "\(clip.path) is damaged.", averror: code)
        }
      }
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
