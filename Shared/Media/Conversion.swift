import CFFmpeg

extension Frame420 {
  /// Converts RGB to BT.709 4:2:0 in limited range.
  public init(_ picture: Picture) throws(MediaError) {
    let source = try Frame(width: picture.width, height: picture.height, format: AV_PIX_FMT_RGB24)
    let target = try Frame(width: picture.width, height: picture.height, format: AV_PIX_FMT_YUV420P)
    let scaler = try Scaler(from: source.side, to: target.side)
    source.fill(picture)
    try scaler.convert(source, into: target)
    self.init(target)
  }

  /// Copies the planes of a yuv420p frame.
  init(_ frame: borrowing Frame) {
    let width = frame.width
    let height = frame.height
    let chroma = (width: (width + 1) / 2, height: (height + 1) / 2)
    self.init(
      width: width, height: height, y: frame.copy(plane: 0, rowBytes: width, rows: height),
      u: frame.copy(plane: 1, rowBytes: chroma.width, rows: chroma.height),
      v: frame.copy(plane: 2, rowBytes: chroma.width, rows: chroma.height))
  }
}

extension Picture {
  /// Converts BT.709 4:2:0 in limited range to RGB.
  public init(_ frame: Frame420) throws(MediaError) {
    let source = try Frame(width: frame.width, height: frame.height, format: AV_PIX_FMT_YUV420P)
    source.fill(frame)
    try self.init(source, side: source.side)
  }

  /// Converts any decoded frame, whose colour `side` describes, to RGB.
  init(_ frame: borrowing Frame, side: Scaler.Side) throws(MediaError) {
    let width = frame.width
    let height = frame.height
    if frame.format == AV_PIX_FMT_RGB24 {
      self.init(width: width, height: height, pixels: frame.copy(plane: 0, rowBytes: width * 3, rows: height))
      return
    }
    let target = try Frame(width: width, height: height, format: AV_PIX_FMT_RGB24)
    try Scaler(from: side, to: target.side).convert(frame, into: target)
    self.init(width: width, height: height, pixels: target.copy(plane: 0, rowBytes: width * 3, rows: height))
  }
}

extension Picture {
  /// The picture as it is shown: with square pixels, and turned.
  func shown(_ orientation: Orientation, pixel: Rational) throws(MediaError) -> Picture {
    let wide = (Double(width) * pixel.value / 2).rounded() * 2
    guard pixel != Rational(1, 1) else { return turned(orientation) }
    guard wide >= 2, wide <= Double(Library.maximumSide) else {
      throw MediaError(
        .unsupported, "A picture with pixels of \(pixel.numerator):\(pixel.denominator) cannot be shown.")
    }
    return try scaled(width: Int(wide), height: height).turned(orientation)
  }

  private func scaled(width newWidth: Int, height newHeight: Int) throws(MediaError) -> Picture {
    let source = try Frame(width: width, height: height, format: AV_PIX_FMT_RGB24)
    source.fill(self)
    let target = try Frame(width: newWidth, height: newHeight, format: AV_PIX_FMT_RGB24)
    try Scaler(from: source.side, to: target.side).convert(source, into: target)
    return Picture(
      width: newWidth, height: newHeight,
      pixels: target.copy(plane: 0, rowBytes: newWidth * 3, rows: newHeight))
  }
}

extension Frame {
  /// The frame as one end of a conversion, taken for BT.709 in limited range.
  var side: Scaler.Side { Scaler.Side(width: width, height: height, format: format) }

  /// Copies the pixels of an RGB24 picture of the same size.
  borrowing func fill(_ picture: Picture) {
    fill(plane: 0, rowBytes: picture.width * 3, rows: picture.height, from: picture.pixels)
  }

  /// Copies the planes of a 4:2:0 frame of the same size.
  borrowing func fill(_ frame: Frame420) {
    fill(plane: 0, rowBytes: frame.width, rows: frame.height, from: frame.y)
    fill(plane: 1, rowBytes: frame.chromaWidth, rows: frame.chromaHeight, from: frame.u)
    fill(plane: 2, rowBytes: frame.chromaWidth, rows: frame.chromaHeight, from: frame.v)
  }
}
