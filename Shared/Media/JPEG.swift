import CFFmpeg
import Glibc

/// Writes JPEG files as browsers show them: BT.601 in full range (JFIF).
public enum JPEG {
  /// The first bytes of every JPEG file.
  static let signature: [UInt8] = [0xFF, 0xD8, 0xFF]

  /// Writes `picture` so that `path` is either as it was or complete.
  ///
  /// `quantizer` is libav's scale from 2, the best, to 31, the smallest.
  public static func write(_ picture: Picture, to path: String, quantizer: Int = 4) throws(MediaError) {
    let packet = try encoded(picture, quantizer: Int32(quantizer))
    try File.write(UnsafeRawBufferPointer(start: packet.raw.pointee.data, count: packet.size), to: path)
  }

  /// Throws unless the file is a whole JPEG; its pixels are not looked at.
  public static func check(_ path: String) throws(MediaError) {
    let bytes = try File.read(path, limit: PNG.maximumBytes)
    guard bytes.starts(with: signature), bytes.suffix(2) == [0xFF, 0xD9] else {
      throw MediaError(.corrupt, "\(path) is no whole JPEG.")
    }
  }

  private static func encoded(_ picture: Picture, quantizer: Int32) throws(MediaError) -> Packet {
    let source = try Frame(width: picture.width, height: picture.height, format: AV_PIX_FMT_RGB24)
    source.fill(picture)
    let frame = try Frame(width: picture.width, height: picture.height, format: AV_PIX_FMT_YUVJ420P)
    var side = frame.side
    side.matrix = SWS_CS_ITU601
    side.isFullRange = true
    try Scaler(from: source.side, to: side).convert(source, into: frame)
    let encoder = try Encoder(name: "mjpeg") { context in
      context.pointee.width = Int32(picture.width)
      context.pointee.height = Int32(picture.height)
      context.pointee.pix_fmt = AV_PIX_FMT_YUVJ420P
      context.pointee.color_range = AVCOL_RANGE_JPEG
      context.pointee.time_base = AVRational(num: 1, den: 1)
      context.pointee.flags |= AV_CODEC_FLAG_QSCALE | AV_CODEC_FLAG_BITEXACT
      context.pointee.global_quality = quantizer * FF_QP2LAMBDA
      context.pointee.thread_count = 1
    }
    frame.raw.pointee.quality = quantizer * FF_QP2LAMBDA
    frame.raw.pointee.pts = 0
    let packet = try Packet()
    try encoder.send(frame)
    try encoder.sendEnd()
    guard case .produced = try encoder.receive(packet) else {
      throw MediaError(.library, "The JPEG encoder gave nothing.")
    }
    return packet
  }
}

extension Picture {
  /// Scales a decoded frame, whose colour it says itself, to RGB of this size.
  init(_ frame: borrowing Frame, width: Int, height: Int) throws(MediaError) {
    let target = try Frame(width: width, height: height, format: AV_PIX_FMT_RGB24)
    try Scaler(from: frame.colorSide, to: target.side).convert(frame, into: target)
    self.init(width: width, height: height, pixels: target.copy(plane: 0, rowBytes: width * 3, rows: height))
  }
}
