import CFFmpeg

/// How a stored picture is turned and mirrored before it is shown, in quarter turns.
struct Orientation: Equatable {
  /// Where a step to the right in the stored picture goes when shown: x, y, each -1, 0 or 1.
  private let right: (x: Int, y: Int)
  /// Where a step down in the stored picture goes when shown.
  private let down: (x: Int, y: Int)
  /// False when the matrix turns by something else than quarters.
  let isSupported: Bool

  static let upright = Orientation(right: (1, 0), down: (0, 1), isSupported: true)

  private init(right: (x: Int, y: Int), down: (x: Int, y: Int), isSupported: Bool) {
    self.right = right
    self.down = down
    self.isSupported = isSupported
  }

  /// Reads the 3×3 matrix of 16.16 numbers of ISO/IEC 14496-12, 8.3.2.
  init(matrix: UnsafePointer<Int32>) {
    let signs = [matrix[0], matrix[1], matrix[3], matrix[4]].map { $0.signum() }.map(Int.init)
    let quarter = signs[0] == 0 ? signs[3] == 0 && signs[1] != 0 && signs[2] != 0 : signs[3] != 0
    let clean = signs[0] == 0 || (signs[1] == 0 && signs[2] == 0)
    self.init(
      right: (signs[0], signs[1]), down: (signs[2], signs[3]), isSupported: quarter && clean)
  }

  static func == (a: Orientation, b: Orientation) -> Bool {
    a.right == b.right && a.down == b.down && a.isSupported == b.isSupported
  }

  /// Whether width and height change places.
  var isTransposed: Bool { right.x == 0 }

  /// The turn clockwise in degrees that comes closest: 0, 90, 180 or 270.
  var degrees: Int {
    switch (right.x, right.y) {
    case (0, 1): 90
    case (-1, _): 180
    case (0, -1): 270
    default: 0
    }
  }

  /// The size in which a stored picture with pixels of that shape is shown.
  func shownSize(width: Int, height: Int, _ pixel: Rational) -> (width: Double, height: Double) {
    let wide = Double(width) * pixel.value
    return isTransposed ? (Double(height), wide) : (wide, Double(height))
  }

  /// Turns rows of `width * height` elements of `size` bytes each.
  func apply(_ source: [UInt8], width: Int, height: Int, size: Int) -> [UInt8] {
    if self == .upright { return source }
    let rowLength = isTransposed ? height : width
    let rows = isTransposed ? width : height
    // The corner that the stored top left lands on.
    let startX = (right.x < 0 ? width - 1 : 0) + (down.x < 0 ? height - 1 : 0)
    let startY = (right.y < 0 ? width - 1 : 0) + (down.y < 0 ? height - 1 : 0)
    return [UInt8](unsafeUninitializedCapacity: source.count) { target, count in
      source.withUnsafeBufferPointer { source in
        for y in 0..<height {
          for x in 0..<width {
            let column = startX + right.x * x + down.x * y
            let row = startY + right.y * x + down.y * y
            let from = (y * width + x) * size
            let to = (row * rowLength + column) * size
            for byte in 0..<size { target[to + byte] = source[from + byte] }
          }
        }
      }
      count = rows * rowLength * size
    }
  }
}

extension Picture {
  /// The picture as it is shown.
  func turned(_ orientation: Orientation) -> Picture {
    Picture(
      width: orientation.isTransposed ? height : width, height: orientation.isTransposed ? width : height,
      pixels: orientation.apply(pixels, width: width, height: height, size: 3))
  }
}

extension Frame420 {
  /// The frame as it is shown.
  func turned(_ orientation: Orientation) -> Frame420 {
    let turn = { (plane: [UInt8]) in
      orientation.apply(plane, width: chromaWidth, height: chromaHeight, size: 1)
    }
    return Frame420(
      width: orientation.isTransposed ? height : width, height: orientation.isTransposed ? width : height,
      y: orientation.apply(y, width: width, height: height, size: 1), u: turn(u), v: turn(v))
  }
}
