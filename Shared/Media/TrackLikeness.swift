import CFFmpeg

/// The colour tags of a track.
struct ColorTags {
  var range = AVCOL_RANGE_MPEG
  var primaries = AVCOL_PRI_BT709
  var transfer = AVCOL_TRC_BT709
  var matrix = AVCOL_SPC_BT709

  /// Those of the product's own clips: BT.709 in limited range.
  init() {}

  init(of frame: borrowing Frame) {
    range = frame.raw.pointee.color_range
    primaries = frame.raw.pointee.color_primaries
    transfer = frame.raw.pointee.color_trc
    matrix = frame.raw.pointee.colorspace
  }

  func tag(_ frame: UnsafeMutablePointer<AVFrame>) {
    frame.pointee.color_range = range
    frame.pointee.color_primaries = primaries
    frame.pointee.color_trc = transfer
    frame.pointee.colorspace = matrix
  }

  func tag(_ context: UnsafeMutablePointer<AVCodecContext>) {
    context.pointee.color_range = range
    context.pointee.color_primaries = primaries
    context.pointee.color_trc = transfer
    context.pointee.colorspace = matrix
  }
}

/// What makes encoded frames fit between the copied ones of another encoder, in one track.
struct TrackLikeness {
  var color = ColorTags()
  /// The ticks a second; by default as many as suit the rate.
  var timescale: Int?
  /// A profile of x264.
  var profile = "high"
  /// The number of the parameter sets, which must differ from those of the other encoder.
  var setNumber = 0

  init() {}

  /// Nil for a clip whose profile x264 does not have.
  init?(of clip: ClipScan, cancel: CancellationFlag) throws(MediaError) {
    let profiles: [UInt8: String] = [66: "baseline", 77: "main", 100: "high"]
    guard let configuration = clip.parameters.configuration, let profile = profiles[configuration.profile]
    else {
      return nil
    }
    // What the container says of colours need not be what the pictures say, and decoders believe the pictures.
    let reader = try ClipReader(clip.path, cancel: cancel)
    guard try reader.advance(),
      reader.decoded.format == AV_PIX_FMT_YUV420P
        || reader.decoded.format == AV_PIX_FMT_YUVJ420P
    else { return nil }
    color = ColorTags(of: reader.decoded)
    timescale = clip.timeBase.denominator
    self.profile = profile
    setNumber = 21
  }
}
