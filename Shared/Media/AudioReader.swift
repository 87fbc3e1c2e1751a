import CFFmpeg

/// Reads sound of any kind known here as 48 kHz stereo.
public enum AudioReader {
  /// The sound as two channels of as many samples, nominally within -1...1.
  ///
  /// Reading ends after `maximumSamples`; what lies behind is not looked at.
  public static func readFloat(
    _ path: String, maximumSamples: Int = .max, cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) -> (left: [Float], right: [Float]) {
    let container = try InputContainer(path, analysing: true, cancel: cancel)
    let stream = try container.only(AVMEDIA_TYPE_AUDIO)
    let decoder = try Decoder(of: stream)
    let packet = try Packet()
    let frame = try Frame()
    var sound = ResampledSound(maximumSamples: maximumSamples)
    let stated = container.raw.pointee.duration
    if stated != cffmpeg_no_timestamp { sound.reserve(seconds: Double(stated) / Double(AV_TIME_BASE)) }
    var isEnded = false
    while !sound.isFull {
      switch try decoder.receive(frame) {
      case .produced: try sound.append(frame)
      case .ended:
        try sound.flush()
        guard !sound.left.isEmpty else { throw MediaError(.corrupt, "\(path) has no sound in it.") }
        return (sound.left, sound.right)
      case .needsInput where isEnded: throw MediaError(.corrupt, "\(path) is damaged.")
      case .needsInput:
        isEnded = try !container.read(packet, of: stream)
        let code = isEnded ? decoder.sendEnd() : decoder.send(packet)
        // A block of damaged sound is left out; a short gap is better than no music.
        guard code >= 0 || code == cffmpeg_error_invalid_data else {
          throw MediaError(averror: code, "Could not decode \(path)")
        }
      }
    }
    return (sound.left, sound.right)
  }
}

/// Sound that arrives in decoded blocks and is kept as 48 kHz stereo.
private struct ResampledSound: ~Copyable {
  private(set) var left: [Float] = []
  private(set) var right: [Float] = []
  private let maximumSamples: Int
  private var resampler: Resampler?

  init(maximumSamples: Int) { self.maximumSamples = maximumSamples }

  var isFull: Bool { left.count >= maximumSamples }

  /// Makes room for what a header states, up to ten minutes, so that nothing is copied while it grows.
  mutating func reserve(seconds: Double) {
    let samples = Int(max(0, min(600, seconds)) * Double(Verification.sampleRate)) + 4096
    left.reserveCapacity(min(samples, maximumSamples))
    right.reserveCapacity(min(samples, maximumSamples))
  }

  mutating func append(_ frame: borrowing Frame) throws(MediaError) {
    if resampler == nil { resampler = try Resampler(from: frame) }
    try take(Int(frame.raw.pointee.nb_samples), from: frame.raw)
  }

  mutating func flush() throws(MediaError) { try take(0, from: nil) }

  private mutating func take(
    _ samples: Int, from frame: UnsafeMutablePointer<AVFrame>?
  ) throws(MediaError) {
    guard let block = try resampler?.convert(frame, samples: samples) else { return }
    let room = maximumSamples - left.count
    left.append(contentsOf: block.left.prefix(room))
    right.append(contentsOf: block.right.prefix(room))
  }
}

/// A libswresample context that makes 48 kHz float stereo of one kind of sound.
private struct Resampler: ~Copyable {
  private let handle: OpaqueHandle
  private let rate: Int32
  private let format: Int32
  private let channels: Int32

  init(from frame: borrowing Frame) throws(MediaError) {
    let source = frame.raw
    var raw: OpaquePointer?
    var stereo = AVChannelLayout()
    av_channel_layout_default(&stereo, 2)
    if source.pointee.ch_layout.order == AV_CHANNEL_ORDER_UNSPEC {
      av_channel_layout_default(&source.pointee.ch_layout, source.pointee.ch_layout.nb_channels)
    }
    try check(
      swr_alloc_set_opts2(
        &raw, &stereo, AV_SAMPLE_FMT_FLTP, Int32(Verification.sampleRate), &source.pointee.ch_layout,
        AVSampleFormat(rawValue: source.pointee.format), source.pointee.sample_rate, 0, nil),
      "Could not resample the sound")
    let handle = try OpaqueHandle(raw) { pointer in
      var owned: OpaquePointer? = pointer
      swr_free(&owned)
    }
    if source.pointee.ch_layout.nb_channels == 1 {
      // One channel is heard from both sides at its own level; the default is 3 dB less.
      var both: [Double] = [1, 1]
      try check(swr_set_matrix(handle.raw, &both, 1), "Could not place the sound")
    }
    try check(swr_init(handle.raw), "Could not resample the sound")
    rate = source.pointee.sample_rate
    format = source.pointee.format
    channels = source.pointee.ch_layout.nb_channels
    self.handle = handle
  }

  /// Converts a block, or what is still held when there is none.
  borrowing func convert(
    _ frame: UnsafeMutablePointer<AVFrame>?, samples: Int
  ) throws(MediaError) -> (left: [Float], right: [Float]) {
    if let frame {
      guard frame.pointee.sample_rate == rate, frame.pointee.format == format,
        frame.pointee.ch_layout.nb_channels == channels
      else { throw MediaError(.unsupported, "The sound changes its format on the way.") }
    }
    let capacity = Int(try check(swr_get_out_samples(handle.raw, Int32(samples)), "Could not resample"))
    var left = [Float](repeating: 0, count: max(capacity, 1))
    var right = left
    let got = left.withUnsafeMutableBytes { left in
      right.withUnsafeMutableBytes { right in
        var planes = [
          left.baseAddress?.assumingMemoryBound(to: UInt8.self),
          right.baseAddress?.assumingMemoryBound(to: UInt8.self),
        ]
        return cffmpeg_resample(handle.raw, &planes, Int32(capacity), frame)
      }
    }
    try check(got, "Could not resample the sound")
    left.removeLast(left.count - Int(got))
    right.removeLast(right.count - Int(got))
    return (left, right)
  }
}
