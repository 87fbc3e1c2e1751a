/// A picture of 8-bit sRGB samples, held in memory.
public struct Picture: Sendable, Equatable {
  /// The width in pixels.
  public let width: Int
  /// The height in pixels.
  public let height: Int
  /// RGB24: rows from top to bottom without padding, three bytes a pixel.
  public var pixels: [UInt8]

  /// Wraps `pixels`, which must hold exactly `width * height * 3` bytes.
  public init(width: Int, height: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0, "A picture has at least one pixel.")
    precondition(pixels.count == width * height * 3, "RGB24 takes three bytes a pixel.")
    self.width = width
    self.height = height
    self.pixels = pixels
  }

  /// A black picture.
  public init(width: Int, height: Int) {
    self.init(width: width, height: height, pixels: [UInt8](repeating: 0, count: width * height * 3))
  }
}

/// A video frame of 8-bit 4:2:0 in limited range with the BT.709 matrix, held in memory.
///
/// Chroma is sited as H.264 assumes when it says nothing: on the left, between two rows.
public struct Frame420: Sendable, Equatable {
  /// The width in luma samples.
  public let width: Int
  /// The height in luma samples.
  public let height: Int
  /// Luma, `width * height` samples in 16...235.
  public var y: [UInt8]
  /// Blue difference, `chromaWidth * chromaHeight` samples in 16...240.
  public var u: [UInt8]
  /// Red difference, as many samples as `u`.
  public var v: [UInt8]

  /// Wraps three planes without padding; chroma sizes are rounded up.
  public init(width: Int, height: Int, y: [UInt8], u: [UInt8], v: [UInt8]) {
    precondition(width > 0 && height > 0, "A frame has at least one pixel.")
    let chroma = ((width + 1) / 2) * ((height + 1) / 2)
    precondition(y.count == width * height, "The luma plane has one sample a pixel.")
    precondition(u.count == chroma && v.count == chroma, "A chroma plane has a quarter of the samples.")
    self.width = width
    self.height = height
    self.y = y
    self.u = u
    self.v = v
  }

  /// A black frame.
  public init(width: Int, height: Int) {
    let chroma = ((width + 1) / 2) * ((height + 1) / 2)
    self.init(
      width: width, height: height, y: [UInt8](repeating: 16, count: width * height),
      u: [UInt8](repeating: 128, count: chroma), v: [UInt8](repeating: 128, count: chroma))
  }

  /// The width of a chroma plane.
  public var chromaWidth: Int { (width + 1) / 2 }
  /// The height of a chroma plane.
  public var chromaHeight: Int { (height + 1) / 2 }
}
