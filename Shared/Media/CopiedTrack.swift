import CFFmpeg

/// A video track of an output that is filled with the packets of clips, on one grid of whole ticks.
struct CopiedTrack {
  private let output: OutputContainer
  private let stream: UnsafeMutablePointer<AVStream>
  private let tick: Rational
  private let cancel: CancellationFlag

  /// Adds a track with the parameters of `clip`.
  init(of clip: ClipScan, in output: OutputContainer, cancel: CancellationFlag) throws(MediaError) {
    let container = try InputContainer(clip.path, analysing: false, cancel: cancel)
    let source = try container.only(AVMEDIA_TYPE_VIDEO)
    guard let parameters = source.pointee.codecpar else { throw .outOfMemory }
    stream = try output.addStream(parameters, timeBase: source.pointee.time_base)
    stream.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
    if let fps = clip.fps {
      stream.pointee.avg_frame_rate = AVRational(num: Int32(fps.numerator), den: Int32(fps.denominator))
    }
    tick = clip.timeBase
    self.output = output
    self.cancel = cancel
  }

  /// The muxer's options: the clips' own ticks, and room for the index in front, so nothing is written twice.
  ///
  /// 24 bytes a sample is more than sizes, offsets and times take; the rest stays as a `free` box.
  func options(frames: Int, packets: Int = 0) -> [(String, String)] {
    OutputContainer.timescales(video: tick.denominator, sound: packets > 0)
      + [("moov_size", String(8192 + 24 * (frames + packets)))]
  }

  /// Copies the first `frames` packets of `clip` so that it is shown from `offset` ticks on.
  ///
  /// `delay` is the greatest distance from decoding to showing of all clips, which keeps decoding times growing
  /// over the joins. `before` runs before each packet with its decoding time in seconds.
  func append(
    _ clip: ClipScan, frames: Int, at offset: Int64, delay: Int64,
    before: (Double) throws(MediaError) -> Void = { _ in }
  ) throws(MediaError) {
    guard let step = clip.step else { return }
    let container = try InputContainer(clip.path, analysing: false, cancel: cancel)
    let source = try container.only(AVMEDIA_TYPE_VIDEO)
    let packet = try Packet()
    var count = 0
    while count < frames, try container.read(packet, of: source) {
      let raw = packet.raw
      raw.pointee.pts += offset - clip.start
      raw.pointee.dts += offset - clip.start - (delay - clip.delay)
      raw.pointee.duration = step
      raw.pointee.stream_index = stream.pointee.index
      raw.pointee.pos = -1
      try before(Double(raw.pointee.dts) * tick.value)
      av_packet_rescale_ts(raw, source.pointee.time_base, stream.pointee.time_base)
      try output.write(packet)
      count += 1
    }
    guard count == frames else {
      throw MediaError(.corrupt, "\(clip.path) changed while it was read.")
    }
  }
}
