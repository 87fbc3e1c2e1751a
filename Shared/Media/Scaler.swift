import CFFmpeg

/// A libswscale context that converts frames of one size and format into another, without colour bias.
///
/// Accurate rounding and full chroma are not libswscale's defaults; without them every generation of
/// decode, PNG and encode loses 1.1 levels of luma.
struct Scaler: ~Copyable {
  /// One end of a conversion; the colour fields say nothing for RGB.
  struct Side: Equatable {
    var width: Int
    var height: Int
    var format: AVPixelFormat
    /// An `SWS_CS_…` matrix.
    var matrix: Int32 = SWS_CS_ITU709
    var isFullRange = false

    static func == (a: Side, b: Side) -> Bool {
      a.width == b.width && a.height == b.height && a.format.rawValue == b.format.rawValue
        && a.matrix == b.matrix && a.isFullRange == b.isFullRange
    }
  }

  private let handle: OpaqueHandle

  init(from source: Side, to target: Side) throws(MediaError) {
    let handle = try OpaqueHandle(sws_alloc_context()) { sws_freeContext($0) }
    let raw = handle.raw
    let flags = SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP
    var options: [(String, Int64)] = [
      ("srcw", Int64(source.width)), ("srch", Int64(source.height)),
      ("src_format", Int64(source.format.rawValue)),
      ("dstw", Int64(target.width)), ("dsth", Int64(target.height)),
      ("dst_format", Int64(target.format.rawValue)), ("sws_flags", Int64(flags)),
    ]
    if Self.hasSubsampledChroma(source.format) { options += [("src_h_chr_pos", 0), ("src_v_chr_pos", 128)] }
    if Self.hasSubsampledChroma(target.format) { options += [("dst_h_chr_pos", 0), ("dst_v_chr_pos", 128)] }
    for (name, value) in options {
      try check(av_opt_set_int(UnsafeMutableRawPointer(raw), name, value, 0), "Could not set \(name)")
    }
    // A negative answer only says that neither side is YUV.
    _ = cffmpeg_set_matrix(
      raw, source.matrix, source.isFullRange ? 1 : 0, target.matrix, target.isFullRange ? 1 : 0)
    try check(sws_init_context(raw, nil, nil), "Could not convert between these picture formats")
    self.handle = handle
  }

  /// Converts `source` into `target`, whose buffer must be its own.
  borrowing func convert(_ source: borrowing Frame, into target: borrowing Frame) throws(MediaError) {
    try check(sws_scale_frame(handle.raw, target.raw, source.raw), "Could not convert a picture")
  }

  private static func hasSubsampledChroma(_ format: AVPixelFormat) -> Bool {
    guard let description = av_pix_fmt_desc_get(format) else { return false }
    return description.pointee.log2_chroma_w == 1 && description.pointee.log2_chroma_h == 1
  }
}
