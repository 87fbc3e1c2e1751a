import CFFmpeg
import Glibc

/// Scales frames of one kind into a size without changing their shape, on black.
final class Fitting {
  /// What the scaler was made for.
  let source: Scaler.Side
  private let scaler: Scaler
  /// The scaled picture as it is stored, before turning.
  private let inner: Frame
  private let canvas: Frame
  private let orientation: Orientation

  /// The size in which `clip` is shown, with even sides.
  static func outputSize(of clip: ClipScan) -> (width: Int, height: Int) {
    (even(clip.shownSize.width), even(clip.shownSize.height))
  }

  /// `target` says the size and the colours of the result.
  init(_ source: Scaler.Side, of clip: ClipScan, into target: Scaler.Side) throws(MediaError) {
    let shown = clip.orientation.shownSize(width: source.width, height: source.height, clip.pixelShape)
    let scale = min(Double(target.width) / shown.width, Double(target.height) / shown.height)
    let width = min(Self.even(shown.width * scale), target.width)
    let height = min(Self.even(shown.height * scale), target.height)
    self.source = source
    orientation = clip.orientation
    inner = try Frame(
      width: orientation.isTransposed ? height : width, height: orientation.isTransposed ? width : height,
      format: AV_PIX_FMT_YUV420P)
    var stored = inner.side
    (stored.matrix, stored.isFullRange) = (target.matrix, target.isFullRange)
    scaler = try Scaler(from: source, to: stored)
    canvas = try Frame(width: target.width, height: target.height, format: AV_PIX_FMT_YUV420P)
  }

  /// The frame on its black canvas, which stays this object's.
  func fit(_ frame: borrowing Frame) throws(MediaError) -> UnsafeMutablePointer<AVFrame> {
    try scaler.convert(frame, into: inner)
    try canvas.makeWritable()
    if orientation == .upright, inner.width == canvas.width, inner.height == canvas.height {
      canvas.place(Frame420(inner))
      return canvas.raw
    }
    canvas.fill(Frame420(width: canvas.width, height: canvas.height))
    canvas.place(Frame420(inner).turned(orientation))
    return canvas.raw
  }

  private static func even(_ length: Double) -> Int { max(2, Int((length / 2).rounded()) * 2) }
}

extension Frame {
  /// Copies a 4:2:0 frame that is not larger into the middle.
  borrowing func place(_ picture: Frame420) {
    let left = (width - picture.width) / 4 * 2
    let top = (height - picture.height) / 4 * 2
    place(picture.y, rowBytes: picture.width, rows: picture.height, plane: 0, x: left, y: top)
    place(
      picture.u, rowBytes: picture.chromaWidth, rows: picture.chromaHeight, plane: 1, x: left / 2, y: top / 2)
    place(
      picture.v, rowBytes: picture.chromaWidth, rows: picture.chromaHeight, plane: 2, x: left / 2, y: top / 2)
  }

  private borrowing func place(
    _ source: [UInt8], rowBytes: Int, rows: Int, plane: Int32, x: Int, y: Int
  ) {
    guard let start = cffmpeg_plane(raw, plane) else { return }
    let stride = Int(cffmpeg_stride(raw, plane))
    source.withUnsafeBytes { bytes in
      guard let from = bytes.baseAddress else { return }
      for row in 0..<rows { memcpy(start + (y + row) * stride + x, from + row * rowBytes, rowBytes) }
    }
  }
}
