import Dispatch
import Glibc
import Media

/// A rectangle of a scene in premultiplied colour; places are in units of the whole picture's height.
struct Canvas {
  let bounds: Bounds
  /// Pixels per unit.
  let unit: Float
  var pixels: [Color]

  init(_ bounds: Bounds, unit: Float) {
    self.bounds = bounds
    self.unit = unit
    pixels = [Color](repeating: .zero, count: bounds.width * bounds.height)
  }

  /// Lays the paint over what is there, where the path covers it.
  mutating func fill(_ path: Path, _ paint: (Point) -> Color) {
    if let mask = mask(path) { fill(mask, paint) }
  }

  mutating func fill(_ path: Path, _ color: Color) {
    fill(path) { _ in color }
  }

  mutating func fill(_ mask: Mask, _ paint: (Point) -> Color) {
    let scale = 1 / unit
    pixels.withUnsafeMutableBufferPointer { pixels in
      inBands(max(mask.y, bounds.y), min(mask.y + mask.height, bounds.maxY), mask.width) { row in
        let line = (row - bounds.y) * bounds.width - bounds.x
        for column in max(mask.x, bounds.x)..<max(min(mask.x + mask.width, bounds.maxX), mask.x, bounds.x) {
          let cover = mask.values[(row - mask.y) * mask.width + column - mask.x]
          guard cover > 0.002 else { continue }
          let color = paint(Point(Float(column) + 0.5, Float(row) + 0.5) * scale)
          let strength = color.w * cover
          pixels[line + column] =
            pixels[line + column] * (1 - strength) + color.alpha(1) * strength
        }
      }
    }
  }

  /// The soft form of a path: shadows, beams, mist.
  mutating func fill(_ path: Path, blur: Float, _ paint: (Point) -> Color) {
    guard let mask = mask(path) else { return }
    fill(mask.blurred(blur * unit, in: bounds), paint)
  }

  /// Adds light that falls off around a place, without burning out.
  mutating func glow(_ centre: Point, radius: Float, _ color: Color) {
    let reach = radius * 2.6
    let area = Path.rect(centre.x - reach, centre.y - reach, reach * 2, reach * 2)
    guard let box = mask(area) else { return }
    for row in box.y..<(box.y + box.height) {
      for column in box.x..<(box.x + box.width) {
        let away = (Point(Float(column) + 0.5, Float(row) + 0.5) / unit - centre) / radius
        let distance = (away * away).sum()
        let strength = (exp(-distance * 1.6) - 0.00002).clamped() * color.w
        let index = (row - bounds.y) * bounds.width + column - bounds.x
        let old = pixels[index]
        let light = color * strength * (Color(repeating: 1) - old.clamped())
        pixels[index] = (old + light).alpha(old.w)
      }
    }
  }

  func mask(_ path: Path) -> Mask? { Mask(path.mapped { $0 * unit }, in: bounds) }

  /// Replaces every pixel of a band of rows, given in units.
  mutating func shade(_ top: Float = 0, _ bottom: Float = 1, _ paint: (Point, Color) -> Color) {
    let first = min(max(Int(top * unit), bounds.y), bounds.maxY)
    let last = min(max(Int((bottom * unit).rounded(.up)), first), bounds.maxY)
    let scale = 1 / unit
    pixels.withUnsafeMutableBufferPointer { pixels in
      inBands(first, last, bounds.width) { row in
        let line = (row - bounds.y) * bounds.width
        for column in 0..<bounds.width {
          let place = Point(Float(column + bounds.x) + 0.5, Float(row) + 0.5) * scale
          pixels[line + column] = paint(place, pixels[line + column])
        }
      }
    }
  }

  /// The colour at a place, between the four pixels around it; at the border the border's.
  func sample(_ place: Point) -> Color {
    let x = (place.x * unit - 0.5 - Float(bounds.x)).clamped(0, Float(bounds.width - 1))
    let y = (place.y * unit - 0.5 - Float(bounds.y)).clamped(0, Float(bounds.height - 1))
    let column = min(Int(x), max(bounds.width - 2, 0))
    let row = min(Int(y), max(bounds.height - 2, 0))
    let right = bounds.width > 1 ? 1 : 0
    let down = bounds.height > 1 ? bounds.width : 0
    let index = row * bounds.width + column
    let tx = x - Float(column)
    let top = pixels[index] + (pixels[index + right] - pixels[index]) * tx
    let bottom = pixels[index + down] + (pixels[index + down + right] - pixels[index + down]) * tx
    return top + (bottom - top) * (y - Float(row))
  }

  /// Lays another canvas over this one.
  mutating func overlay(_ layer: Canvas, opacity: Float = 1) {
    for row in max(layer.bounds.y, bounds.y)..<max(min(layer.bounds.maxY, bounds.maxY), layer.bounds.y) {
      let line = (row - bounds.y) * bounds.width - bounds.x
      let other = (row - layer.bounds.y) * layer.bounds.width - layer.bounds.x
      for column in max(layer.bounds.x, bounds.x)..<min(layer.bounds.maxX, bounds.maxX) {
        let color = layer.pixels[other + column] * opacity
        guard color.w > 0 else { continue }
        pixels[line + column] = pixels[line + column] * (1 - color.w) + color
      }
    }
  }

  /// How opaque each pixel is.
  var coverage: Mask {
    Mask(x: bounds.x, y: bounds.y, width: bounds.width, height: bounds.height, values: pixels.map(\.w))
  }

  /// As 8-bit samples.
  func picture() -> Picture {
    let bytes = [UInt8](unsafeUninitializedCapacity: pixels.count * 3) { bytes, count in
      for (index, color) in pixels.enumerated() {
        let value = (color.clamped() * 255).rounded(.toNearestOrAwayFromZero)
        bytes[index * 3] = UInt8(value.x)
        bytes[index * 3 + 1] = UInt8(value.y)
        bytes[index * 3 + 2] = UInt8(value.z)
      }
      count = pixels.count * 3
    }
    return Picture(width: bounds.width, height: bounds.height, pixels: bytes)
  }
}

/// Runs once for each row, on two cores where there is enough to do for them.
private func inBands(_ first: Int, _ last: Int, _ width: Int, _ row: (Int) -> Void) {
  guard first < last else { return }
  guard (last - first) * width > 40_000 else {
    for index in first..<last { row(index) }
    return
  }
  let bands = 8
  let count = last - first
  withoutActuallyEscaping(row) { row in
    // Every row runs once and writes only its own pixels; what the paints read does not change meanwhile.
    nonisolated(unsafe) let row = row
    DispatchQueue.concurrentPerform(iterations: bands) { band in
      for index in (first + count * band / bands)..<(first + count * (band + 1) / bands) { row(index) }
    }
  }
}

extension SIMD4<Float> {
  fileprivate func clamped() -> Self { clamped(lowerBound: .zero, upperBound: Self(repeating: 1)) }
}
