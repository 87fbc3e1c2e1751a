import Glibc
import Media

/// Films a still picture: fills frames with what a camera sees of it.
///
/// Every row of a frame is first mixed from two rows of the picture and then stretched along itself, so that
/// positions are finer than 1/256 of a sample in both directions.
struct Warp {
  private let luma: Plane
  private let blue: Plane
  private let red: Plane

  /// Prepares a picture that fills frames of the same shape; the planes have even sizes.
  init(luma: Plane, blue: Plane, red: Plane) {
    self.luma = luma
    self.blue = blue
    self.red = red
  }

  /// Draws the pose into a frame.
  func draw(_ pose: CameraPose, into frame: inout Frame420) {
    let width = frame.width
    let height = frame.height
    let view = View(pose, aspect: Double(width) / Double(height))
    frame.y.withUnsafeMutableBufferPointer { fill($0, width, height, from: luma, view, cosited: false) }
    let half = (width: (width + 1) / 2, height: (height + 1) / 2)
    frame.u.withUnsafeMutableBufferPointer {
      fill($0, half.width, half.height, from: blue, view, cosited: true)
    }
    frame.v.withUnsafeMutableBufferPointer {
      fill($0, half.width, half.height, from: red, view, cosited: true)
    }
  }

  /// H.264's chroma lies on the left of the pair of pixels it belongs to, in picture and frame alike.
  private func fill(
    _ target: UnsafeMutableBufferPointer<UInt8>, _ width: Int, _ height: Int, from plane: Plane, _ view: View,
    cosited: Bool
  ) {
    let left = cosited ? 0.25 : 0.5
    // A row of the picture between two of its rows, 8 bits before and 8 after the point.
    var line = [UInt16](repeating: 0, count: plane.width + 2 * Plane.slack)
    line.withUnsafeMutableBufferPointer { line in
      plane.samples.withUnsafeBufferPointer { source in
        for row in 0..<height {
          let span = view.row(
            (Double(row) + 0.5) / Double(height), first: left / Double(width), step: 1 / Double(width))
          let reach = Double(plane.width - 1)
          let step = min(span.stepX * Double(plane.width), reach / Double(max(width, 2) - 1))
          let x = min(max(span.x * Double(plane.width) - left, 0), reach - step * Double(width - 1))
          let slope = span.stepY * Double(plane.height) / (span.stepX * Double(plane.width))
          let y = span.y * Double(plane.height) - 0.5 - slope * x
          let count = min(Int(x + step * Double(width - 1)) + 2, plane.width)
          mix(source, plane, into: line, from: Int(x), to: count, y: y, slope: slope)
          stretch(line, into: target, at: row * width, count: width, x: x, step: step)
        }
      }
    }
  }

  /// Mixes two rows of the picture, or more where the camera rolls: `y` is the row at column 0.
  private func mix(
    _ source: UnsafeBufferPointer<UInt8>, _ plane: Plane, into line: UnsafeMutableBufferPointer<UInt16>,
    from first: Int, to last: Int, y: Double, slope: Double
  ) {
    guard let base = source.baseAddress, let out = line.baseAddress else { return }
    let highest = Double(plane.height) - 1.001
    var column = first
    while column < last {
      let place = min(max(y + slope * (Double(column) + 7.5), 0), highest)
      let row = Int(place)
      let part = UInt16((place - Double(row)) * 256)
      let upper = UnsafeRawPointer(base + row * plane.width + column)
      let lower = UnsafeRawPointer(base + min(row + 1, plane.height - 1) * plane.width + column)
      let a = SIMD16<UInt16>(truncatingIfNeeded: upper.loadUnaligned(as: SIMD16<UInt8>.self))
      let b = SIMD16<UInt16>(truncatingIfNeeded: lower.loadUnaligned(as: SIMD16<UInt8>.self))
      let mixed = a &* (256 - part) &+ b &* part
      UnsafeMutableRawPointer(out + column).storeBytes(of: mixed, as: SIMD16<UInt16>.self)
      column += 16
    }
  }

  private func stretch(
    _ line: UnsafeMutableBufferPointer<UInt16>, into target: UnsafeMutableBufferPointer<UInt8>, at start: Int,
    count: Int, x: Double, step: Double
  ) {
    guard let source = line.baseAddress, let out = target.baseAddress else { return }
    var place = UInt32(x * 65536)
    let advance = UInt32(step * 65536)
    for index in 0..<count {
      let column = Int(place >> 16)
      let part = (place >> 8) & 255
      let a = UInt32(source[column])
      let b = UInt32(source[column + 1])
      out[start + index] = UInt8(truncatingIfNeeded: (a &* (256 &- part) &+ b &* part &+ 32768) >> 16)
      place = place &+ advance
    }
  }
}

/// A pose, ready to say what each row of a frame shows.
struct View {
  private let pose: CameraPose
  private let across: Double
  private let lean: Double
  private let rise: Double
  private let upright: Double

  init(_ pose: CameraPose, aspect: Double) {
    self.pose = pose
    across = cos(pose.roll) / pose.zoom
    lean = sin(pose.roll) / aspect / pose.zoom
    rise = sin(pose.roll) * aspect / pose.zoom
    upright = cos(pose.roll) / pose.zoom
  }

  /// The place that the first sample of a row shows, and the way from each to the next; all are shares.
  func row(_ y: Double, first: Double, step: Double) -> (x: Double, y: Double, stepX: Double, stepY: Double) {
    let down = y - 0.5
    let near = Parallax.nearness(pose.centreY + down * upright)
    let part = near / Parallax.steepest
    let spread = across * (1 - Parallax.deepest * pose.depth * part)
    let centre = 0.5 + (pose.centreX - 0.5) * (1 + near) + Parallax.sideways * pose.drift * part - lean * down
    return (
      centre + (first - 0.5) * spread, pose.centreY + down * upright + (first - 0.5) * rise, step * spread,
      step * rise
    )
  }
}
