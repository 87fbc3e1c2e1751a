import CFFmpeg

/// Decodes the frames of a clip in the order in which they are shown.
///
/// Not sendable: it belongs to the closure that made it.
public final class ClipReader {
  /// What the last successful `advance()` decoded.
  let decoded: Frame
  private let path: String
  private let container: InputContainer
  private let stream: UnsafeMutablePointer<AVStream>
  private let decoder: Decoder
  private let packet: Packet
  /// Frames that are shown earlier are decoded only if others need them.
  private var wanted = Int64.min

  /// Opens the pictures of `path`; a second thread takes a sixth more work and a quarter less time.
  public init(
    _ path: String, threads: Int32 = 2, cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) {
    self.path = path
    container = try InputContainer(path, analysing: false, cancel: cancel)
    stream = try container.only(AVMEDIA_TYPE_VIDEO)
    decoder = try Decoder(of: stream, threads: threads)
    decoded = try Frame()
    packet = try Packet()
  }

  /// The next frame as it is stored, nil after the last; throws `unsupported` for other than 8-bit 4:2:0.
  public func next() throws(MediaError) -> Frame420? {
    guard try advance() else { return nil }
    guard decoded.format == AV_PIX_FMT_YUV420P || decoded.format == AV_PIX_FMT_YUVJ420P else {
      throw MediaError(.unsupported, "\(path) is not 8-bit 4:2:0.")
    }
    return Frame420(decoded)
  }

  /// Decodes the next frame as it is shown, whatever its format; nil after the last.
  func nextShown() throws(MediaError) -> Picture? {
    guard try advance() else { return nil }
    return try Picture(decoded, side: decoded.colorSide).shown(stream.orientation, pixel: stream.pixelShape)
  }

  /// Decodes the next frame that is shown at `time` or later into `decoded`; false after the last.
  func advance(to time: Int64) throws(MediaError) -> Bool {
    wanted = time
    while try advance() {
      if decoded.raw.pointee.best_effort_timestamp >= time { return true }
    }
    return false
  }

  /// Decodes the next frame into `decoded`; false after the last.
  func advance() throws(MediaError) -> Bool {
    while true {
      switch try decoder.receive(decoded) {
      case .produced:
        try Library.checkSize(width: decoded.width, height: decoded.height, of: path)
        guard !decoded.isDamaged else { throw MediaError(.corrupt, "\(path) is damaged.") }
        return true
      case .ended: return false
      case .needsInput:
        let isThere = try container.read(packet, of: stream)
        decoder.raw.pointee.skip_frame =
          isThere && packet.raw.pointee.pts < wanted ? AVDISCARD_NONREF : AVDISCARD_DEFAULT
        let code = isThere ? decoder.send(packet) : decoder.sendEnd()
        guard code >= 0 else { throw MediaError(.corrupt, "\(path) is damaged.", averror: code) }
      }
    }
  }
}
