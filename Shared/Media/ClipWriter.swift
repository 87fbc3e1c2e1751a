import CFFmpeg

/// How clips are encoded; clips of one video share their settings so that they can be joined by copying.
public struct ClipSettings: Sendable, Equatable {
  /// The x264 preset.
  public var preset: String
  /// The constant rate factor; less is better and larger.
  public var crf: Int
  /// The number of x264 frame threads; part of the settings because it changes the bytes.
  public var threads: Int

  public init(preset: String = "veryfast", crf: Int = 20, threads: Int = 2) {
    self.preset = preset
    self.crf = crf
    self.threads = threads
  }

  /// What the product's clips use.
  public static let standard = ClipSettings()
  /// For tests and previews: half the work of `standard` and twice the bytes.
  public static let quick = ClipSettings(preset: "superfast")
}

/// Writes frames at a constant rate as H.264 in MP4: a key frame every second, index in front.
///
/// The file appears under its name when `finish()` returns; a writer that is dropped before leaves nothing.
/// Not sendable: it belongs to the closure that made it.
public final class ClipWriter {
  private let encoder: Encoder
  private let output: OutputContainer
  private let stream: UnsafeMutablePointer<AVStream>
  private let frame: Frame
  private let packet: Packet
  private let path: String
  /// The frames a second.
  let rate: Rational
  /// What frames must be for `encode`.
  let side: Scaler.Side
  private let cancel: CancellationFlag
  private var source: PictureSource?
  /// The number of frames taken so far.
  public private(set) var frameCount = 0

  /// Begins a clip; `width` and `height` must be even and `fps` whole.
  public convenience init(
    path: String, width: Int, height: Int, fps: Int, settings: ClipSettings = .standard,
    cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) {
    try self.init(
      path: path, width: width, height: height, rate: Rational(fps, 1), settings: settings, cancel: cancel)
  }

  /// Begins a clip of any rate, made like another track where `likeness` describes one.
  init(
    path: String, width: Int, height: Int, rate: Rational, settings: ClipSettings = .standard,
    likeness: TrackLikeness = TrackLikeness(), cancel: CancellationFlag
  ) throws(MediaError) {
    try Library.checkSize(width: width, height: height, of: path)
    guard width % 2 == 0, height % 2 == 0, (1...240).contains(rate.value), rate.numerator <= 240_000 else {
      throw MediaError(
        .invalidArgument,
        "A clip of \(width)×\(height) at \(rate.value) frames a second cannot be made: sides must be even, the rate 1…240."
      )
    }
    let frame = try Frame(width: width, height: height, format: AV_PIX_FMT_YUV420P)
    likeness.color.tag(frame.raw)
    side = frame.colorSide
    encoder = try Encoder(name: "libx264", options: Self.options(settings, likeness)) { context in
      Self.configure(context, width: width, height: height, rate: rate, threads: settings.threads)
      likeness.color.tag(context)
    }
    output = try OutputContainer(path: path, muxer: "mp4", cancel: cancel)
    let scale = likeness.timescale ?? rate.numerator * (rate.denominator == 1 ? 512 : 1)
    stream = try output.addStream(of: encoder, timeBase: AVRational(num: 1, den: Int32(scale)))
    stream.pointee.avg_frame_rate = AVRational(num: Int32(rate.numerator), den: Int32(rate.denominator))
    stream.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
    try output.start([("movflags", "+faststart")] + OutputContainer.timescales(video: scale))
    self.frame = frame
    packet = try Packet()
    self.path = path
    self.rate = rate
    self.cancel = cancel
  }

  /// Adds the next frame, which must have the clip's size.
  public func append(_ picture: Frame420) throws(MediaError) {
    try checkSize(picture.width, picture.height)
    try frame.makeWritable()
    frame.fill(picture)
    try encode(frame)
  }

  /// Adds the next frame from RGB, which must have the clip's size.
  public func append(_ picture: Picture) throws(MediaError) {
    try checkSize(picture.width, picture.height)
    try frame.makeWritable()
    if source == nil { source = try PictureSource(to: side) }
    try source?.convert(picture, into: frame)
    try encode(frame)
  }

  /// Writes what the encoder still holds and gives the file its name; the writer takes no frame after it.
  public func finish() throws(MediaError) { try finish { _ in } }

  /// As `finish()`, after `verify` accepted the complete file under its temporary name.
  func finish(verify: (String) throws(MediaError) -> Void) throws(MediaError) {
    guard frameCount > 0 else { throw MediaError(.invalidArgument, "\(path) has no frames.") }
    try encoder.sendEnd()
    try drain()
    try output.finish(verify: verify)
  }

  /// Encodes a yuv420p frame of the clip's size.
  func encode(_ frame: borrowing Frame) throws(MediaError) { try encode(frame.raw) }

  /// Encodes a yuv420p frame of the clip's size that stays its owner's.
  func encode(_ frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) {
    try cancel.check()
    frame.pointee.pts = Int64(frameCount)
    frame.pointee.pict_type = AV_PICTURE_TYPE_NONE
    try encoder.send(frame)
    frameCount += 1
    try drain()
  }

  private func drain() throws(MediaError) {
    while case .produced = try encoder.receive(packet) {
      packet.raw.pointee.duration = 1
      let frameTime = AVRational(num: Int32(rate.denominator), den: Int32(rate.numerator))
      av_packet_rescale_ts(packet.raw, frameTime, stream.pointee.time_base)
      packet.raw.pointee.stream_index = 0
      try output.write(packet)
    }
  }

  private func checkSize(_ width: Int, _ height: Int) throws(MediaError) {
    guard width == frame.width, height == frame.height else {
      throw MediaError(
        .invalidArgument,
        "A frame of \(width)×\(height) does not fit the clip of \(frame.width)×\(frame.height).")
    }
  }

  private static func options(
    _ settings: ClipSettings, _ likeness: TrackLikeness
  ) -> [(String, String)] {
    // Closed groups of one second, and no B frame that others need: the last frame is found quickly.
    var parameters = "scenecut=0:b-pyramid=none:open-gop=0:sps-id=\(likeness.setNumber)"
    #if arch(x86_64)
      // With AVX-512 x264 164 plans with memory it never wrote, and equal frames give other bytes at most sizes.
      // valgrind shows the reads; SSE4.2 takes the same time.
      parameters += ":asm=SSE4.2"
    #endif
    return [
      ("preset", settings.preset), ("crf", String(settings.crf)), ("profile", likeness.profile),
      ("x264-params", parameters),
    ]
  }

  private static func configure(
    _ context: UnsafeMutablePointer<AVCodecContext>, width: Int, height: Int, rate: Rational, threads: Int
  ) {
    context.pointee.width = Int32(width)
    context.pointee.height = Int32(height)
    context.pointee.pix_fmt = AV_PIX_FMT_YUV420P
    context.pointee.time_base = AVRational(num: Int32(rate.denominator), den: Int32(rate.numerator))
    context.pointee.framerate = AVRational(num: Int32(rate.numerator), den: Int32(rate.denominator))
    context.pointee.sample_aspect_ratio = AVRational(num: 1, den: 1)
    let second = Int32(max(1, rate.value.rounded()))
    context.pointee.gop_size = second
    context.pointee.keyint_min = second
    context.pointee.max_b_frames = 2
    context.pointee.thread_count = Int32(threads)
    context.pointee.chroma_sample_location = AVCHROMA_LOC_LEFT
    context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER
  }
}

/// Converts RGB pictures of one size into frames without allocating for each.
private struct PictureSource: ~Copyable {
  private let frame: Frame
  private let scaler: Scaler

  init(to target: Scaler.Side) throws(MediaError) {
    let frame = try Frame(width: target.width, height: target.height, format: AV_PIX_FMT_RGB24)
    let scaler = try Scaler(from: frame.side, to: target)
    self.frame = frame
    self.scaler = scaler
  }

  borrowing func convert(_ picture: Picture, into target: borrowing Frame) throws(MediaError) {
    frame.fill(picture)
    try scaler.convert(frame, into: target)
  }
}
