import CFFmpeg

/// A video track of an output that is filled with the packets of clips, on one grid of whole ticks.
struct CopiedTrack {
  private let output: OutputContainer
  private let stream: UnsafeMutablePointer<AVStream>
  private let tick: Rational
  /// The length of a frame in ticks.
  private let step: Int64
  private let cancel: CancellationFlag

  /// Adds a track with the parameters of `clip`, or with another decoder configuration.
  init(
    of clip: ClipScan, configuration: AVCConfiguration? = nil, in output: OutputContainer,
    cancel: CancellationFlag
  ) throws(MediaError) {
    let container = try InputContainer(clip.path, analysing: false, cancel: cancel)
    let source = try container.only(AVMEDIA_TYPE_VIDEO)
    guard let parameters = source.pointee.codecpar else { throw .outOfMemory }
    stream = try output.addStream(parameters, timeBase: source.pointee.time_base)
    stream.pointee.sample_aspect_ratio = source.pointee.sample_aspect_ratio
    try stream.copyOrientation(of: source)
    if let configuration { try stream.pointee.codecpar.pointee.setExtradata(configuration.bytes) }
    if let fps = clip.fps {
      stream.pointee.avg_frame_rate = AVRational(num: Int32(fps.numerator), den: Int32(fps.denominator))
    }
    tick = clip.timeBase
    step = clip.step ?? 1
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

  /// Copies the first `frames` packets of `clip` so that it is shown from `offset` ticks of the track on.
  ///
  /// `delay` is the greatest distance from decoding to showing of all clips, which keeps decoding times growing
  /// over the joins. `before` runs before each packet with its decoding time in seconds.
  func append(
    _ clip: ClipScan, frames: Int, at offset: Int64, delay: Int64,
    before: (Double) throws(MediaError) -> Void = { _ in }
  ) throws(MediaError) {
    let container = try InputContainer(clip.path, analysing: false, cancel: cancel)
    let source = try container.only(AVMEDIA_TYPE_VIDEO)
    let packet = try Packet()
    let lengthSize = clip.parameters.configuration?.lengthSize
    var count = 0
    while count < frames, try container.read(packet, of: source) {
      let raw = packet.raw
      guard raw.pointee.flags & AV_PKT_FLAG_CORRUPT == 0, packet.isFilled(lengthSize) else {
        throw MediaError(.corrupt, "\(clip.path) is damaged at frame \(count).")
      }
      raw.pointee.pts = offset + ticks(raw.pointee.pts - clip.start, of: clip)
      raw.pointee.dts = offset + ticks(raw.pointee.dts - clip.start + clip.delay, of: clip) - delay
      raw.pointee.duration = step
      raw.pointee.stream_index = stream.pointee.index
      raw.pointee.pos = -1
      try before(Double(raw.pointee.dts) * tick.value)
      av_packet_rescale_ts(
        raw, AVRational(num: Int32(tick.numerator), den: Int32(tick.denominator)), stream.pointee.time_base)
      try output.write(packet)
      count += 1
    }
    guard count == frames else {
      throw MediaError(.corrupt, "\(clip.path) changed while it was read.")
    }
  }

  /// A time of `clip` in ticks of the track; exact, because a clip of other ticks is on its own grid.
  func ticks(_ time: Int64, of clip: ClipScan) -> Int64 {
    guard clip.timeBase != tick, let own = clip.step else { return time }
    return time / own * step
  }
}

extension UnsafeMutablePointer where Pointee == AVStream {
  /// Takes over how the pictures of another stream are turned.
  fileprivate func copyOrientation(of source: UnsafeMutablePointer<AVStream>) throws(MediaError) {
    var size = 0
    guard let matrix = av_stream_get_side_data(source, AV_PKT_DATA_DISPLAYMATRIX, &size) else { return }
    guard let copy = av_stream_new_side_data(self, AV_PKT_DATA_DISPLAYMATRIX, size) else {
      throw .outOfMemory
    }
    copy.update(from: matrix, count: size)
  }
}

extension AVCodecParameters {
  /// Replaces the decoder configuration.
  mutating func setExtradata(_ bytes: [UInt8]) throws(MediaError) {
    let padding = Int(AV_INPUT_BUFFER_PADDING_SIZE)
    guard let memory = av_mallocz(bytes.count + padding) else { throw .outOfMemory }
    memory.copyMemory(from: bytes, byteCount: bytes.count)
    av_free(extradata)
    extradata = memory.assumingMemoryBound(to: UInt8.self)
    extradata_size = Int32(bytes.count)
  }
}

extension Packet {
  /// Whether the bytes are whole units of H.264, if the size of their lengths is known.
  fileprivate borrowing func isFilled(_ lengthSize: Int?) -> Bool {
    guard let lengthSize else { return true }
    return NALUnits.fill(UnsafeRawBufferPointer(start: raw.pointee.data, count: size), lengthSize: lengthSize)
  }
}
