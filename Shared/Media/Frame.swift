import CFFmpeg
import Glibc

/// An owned `AVFrame`, reused from one picture or block of sound to the next.
struct Frame: ~Copyable {
  private let handle: Handle<AVFrame>

  /// A frame without a buffer, to decode into.
  init() throws(MediaError) {
    handle = try Handle(av_frame_alloc()) { av_frame_free($0) }
  }

  /// A frame with its own picture buffer, aligned as libswscale's and x264's vector code wants it.
  init(width: Int, height: Int, format: AVPixelFormat) throws(MediaError) {
    try self.init { raw in
      raw.pointee.width = Int32(width)
      raw.pointee.height = Int32(height)
      raw.pointee.format = format.rawValue
    }
  }

  /// A frame with its own buffer for what `describe` says of it.
  init(_ describe: (UnsafeMutablePointer<AVFrame>) -> Void) throws(MediaError) {
    let handle = try Handle(av_frame_alloc()) { av_frame_free($0) }
    describe(handle.raw)
    try check(av_frame_get_buffer(handle.raw, 64), "Could not allocate a frame")
    self.handle = handle
  }

  var raw: UnsafeMutablePointer<AVFrame> { handle.raw }
  var width: Int { Int(raw.pointee.width) }
  var height: Int { Int(raw.pointee.height) }
  var format: AVPixelFormat { AVPixelFormat(rawValue: raw.pointee.format) }

  /// Whether the decoder had to make up a part of the picture.
  var isDamaged: Bool {
    raw.pointee.decode_error_flags != 0 || raw.pointee.flags & AV_FRAME_FLAG_CORRUPT != 0
  }

  /// Gives the frame a buffer of its own again if an encoder still holds the last one.
  borrowing func makeWritable() throws(MediaError) {
    try check(av_frame_make_writable(raw), "Could not prepare a frame")
  }

  /// Copies rows without padding into a plane.
  borrowing func fill(plane: Int, rowBytes: Int, rows: Int, from source: [UInt8]) {
    guard let start = cffmpeg_plane(raw, Int32(plane)) else { return }
    let stride = Int(cffmpeg_stride(raw, Int32(plane)))
    source.withUnsafeBytes { bytes in
      guard let from = bytes.baseAddress else { return }
      for row in 0..<rows { memcpy(start + row * stride, from + row * rowBytes, rowBytes) }
    }
  }

  /// The rows of a plane without their padding.
  borrowing func copy(plane: Int, rowBytes: Int, rows: Int) -> [UInt8] {
    guard let start = cffmpeg_plane(raw, Int32(plane)) else { return [] }
    let stride = Int(cffmpeg_stride(raw, Int32(plane)))
    return [UInt8](unsafeUninitializedCapacity: rowBytes * rows) { buffer, count in
      guard let to = buffer.baseAddress else { return }
      for row in 0..<rows { memcpy(to + row * rowBytes, start + row * stride, rowBytes) }
      count = rowBytes * rows
    }
  }
}

/// An owned `AVPacket`, reused from one packet to the next.
struct Packet: ~Copyable {
  private let handle: Handle<AVPacket>

  init() throws(MediaError) {
    handle = try Handle(av_packet_alloc()) { av_packet_free($0) }
  }

  var raw: UnsafeMutablePointer<AVPacket> { handle.raw }
}
