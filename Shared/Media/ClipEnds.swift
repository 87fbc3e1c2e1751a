import CFFmpeg

/// Decodes the frames near the ends of clips, and little else.
struct ClipEnds {
  private let cancel: CancellationFlag
  /// What all frames are made to fit, so that they can be compared.
  private let size: (width: Int, height: Int)

  /// Fits all frames to the size in which `first` is stored.
  init(like first: ClipScan, cancel: CancellationFlag) {
    size = (first.parameters.width, first.parameters.height)
    self.cancel = cancel
  }

  /// The first frames of a clip, at most `count`, in the order in which they are shown.
  func head(of clip: ClipScan, count: Int) throws(MediaError) -> [Frame420] {
    let reader = try ClipReader(clip.path, cancel: cancel)
    var frames: [Frame420] = []
    while frames.count < count, try reader.advance() {
      frames.append(try fitted(reader.decoded, clip.orientation))
    }
    return frames
  }

  /// The last frames of a clip, at most `count`; throws `corrupt` when they cannot be decoded.
  func tail(of clip: ClipScan, count: Int) throws(MediaError) -> [Frame420] {
    let wanted = clip.times.sorted().suffix(count)
    guard let first = wanted.first else { return [] }
    let container = try InputContainer(clip.path, analysing: false, cancel: cancel)
    let stream = try container.only(AVMEDIA_TYPE_VIDEO)
    // Index entries have decoding times, which run ahead of what is shown.
    for start in [first &- clip.delay, clip.start &- clip.delay] {
      try check(
        av_seek_frame(container.raw, stream.pointee.index, start, AVSEEK_FLAG_BACKWARD),
        "Could not seek in \(clip.path)")
      let frames = try decode(Set(wanted), from: first, clip, container, stream)
      if frames.count == wanted.count { return frames }
    }
    throw MediaError(.corrupt, "\(clip.path) cannot be decoded up to its end.")
  }

  private func decode(
    _ wanted: Set<Int64>, from first: Int64, _ clip: ClipScan, _ container: InputContainer,
    _ stream: UnsafeMutablePointer<AVStream>
  ) throws(MediaError) -> [Frame420] {
    let decoder = try Decoder(of: stream)
    let packet = try Packet()
    let frame = try Frame()
    var frames: [Frame420] = []
    var isEnded = false
    while true {
      switch try decoder.receive(frame) {
      case .ended: return frames
      case .produced:
        guard wanted.contains(frame.raw.pointee.pts) else { continue }
        frames.append(try fitted(frame, clip.orientation))
      case .needsInput where isEnded: return frames
      case .needsInput:
        isEnded = try !container.read(packet, of: stream)
        // Before the wanted frames only those are decoded that others need.
        decoder.raw.pointee.skip_frame =
          packet.raw.pointee.pts >= first ? AVDISCARD_DEFAULT : AVDISCARD_NONREF
        let code = isEnded ? decoder.sendEnd() : decoder.send(packet)
        guard code >= 0 else { throw MediaError(.corrupt, "\(clip.path) is damaged.", averror: code) }
      }
    }
  }

  private func fitted(_ frame: borrowing Frame, _ orientation: Orientation) throws(MediaError) -> Frame420 {
    try Library.checkSize(width: frame.width, height: frame.height, of: "The clip")
    let source = frame.colorSide
    var target = source
    target.format = AV_PIX_FMT_YUV420P
    target.isFullRange = false
    (target.width, target.height) =
      orientation.isTransposed ? (size.height, size.width) : (size.width, size.height)
    if source == target { return Frame420(frame).turned(orientation) }
    let scaled = try Frame(width: target.width, height: target.height, format: AV_PIX_FMT_YUV420P)
    try Scaler(from: source, to: target).convert(frame, into: scaled)
    return Frame420(scaled).turned(orientation)
  }
}
