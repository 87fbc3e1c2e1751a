import Glibc

/// How much of each pixel a shape covers, 0…1, over a rectangle of pixels.
struct Mask {
  let x: Int
  let y: Int
  let width: Int
  let height: Int
  var values: [Float]

  init(x: Int, y: Int, width: Int, height: Int, values: [Float]) {
    self.x = x
    self.y = y
    self.width = width
    self.height = height
    self.values = values
  }

  /// The exact area coverage of a path in pixels; nil when none of it lies in the bounds.
  init?(_ path: Path, in bounds: Bounds) {
    var low = Point(repeating: .greatestFiniteMagnitude)
    var high = -low
    for point in path.contours.joined() {
      low = pointwiseMin(low, point)
      high = pointwiseMax(high, point)
    }
    guard low.x < Float(bounds.maxX), low.y < Float(bounds.maxY), high.x > Float(bounds.x),
      high.y > Float(bounds.y)
    else { return nil }
    x = max(Int(floor(low.x)), bounds.x)
    y = max(Int(floor(low.y)), bounds.y)
    width = min(Int(ceil(high.x)), bounds.maxX) - x
    height = min(Int(ceil(high.y)), bounds.maxY) - y
    guard width > 0, height > 0 else { return nil }
    var edges = EdgeSum(width: width, height: height)
    let origin = Point(Float(x), Float(y))
    for points in path.contours {
      var last = points[points.count - 1] - origin
      for point in points {
        edges.add(last, point - origin)
        last = point - origin
      }
    }
    values = edges.coverage()
  }

  /// A soft version over a rectangle that grew by the blur's reach, about a Gaussian of that deviation.
  func blurred(_ deviation: Float, in bounds: Bounds) -> Mask {
    let radius = max(Int(deviation.rounded()), 1)
    let reach = radius * 3
    let left = min(max(x - reach, bounds.x), bounds.maxX)
    let top = min(max(y - reach, bounds.y), bounds.maxY)
    let right = max(min(x + width + reach, bounds.maxX), left)
    let bottom = max(min(y + height + reach, bounds.maxY), top)
    var wide = Mask(x: left, y: top, width: right - left, height: bottom - top, values: [])
    wide.values = [Float](repeating: 0, count: wide.width * wide.height)
    let columns = max(x, left)..<max(min(x + width, right), x, left)
    for row in max(y, top)..<max(min(y + height, bottom), y, top) {
      let target = (row - top) * wide.width - left
      let source = (row - y) * width - x
      for column in columns { wide.values[target + column] = values[source + column] }
    }
    var scratch = [Float](repeating: 0, count: max(wide.width, wide.height))
    for _ in 0..<3 { wide.box(radius, &scratch) }
    return wide
  }

  func at(_ column: Int, _ row: Int) -> Float {
    let cx = min(max(column - x, 0), width - 1)
    let cy = min(max(row - y, 0), height - 1)
    return values[cy * width + cx]
  }

  private mutating func box(_ radius: Int, _ scratch: inout [Float]) {
    values.withUnsafeMutableBufferPointer { values in
      scratch.withUnsafeMutableBufferPointer { scratch in
        for row in 0..<height { average(values, from: row * width, stride: 1, count: width, radius, scratch) }
        for column in 0..<width {
          average(values, from: column, stride: width, count: height, radius, scratch)
        }
      }
    }
  }
}

/// A running mean over `2·radius + 1` values of a row or a column; outside it is nothing.
private func average(
  _ values: UnsafeMutableBufferPointer<Float>, from start: Int, stride: Int, count: Int, _ radius: Int,
  _ scratch: UnsafeMutableBufferPointer<Float>
) {
  for index in 0..<count { scratch[index] = values[start + index * stride] }
  let scale = 1 / Float(2 * radius + 1)
  var sum: Float = 0
  for index in 0..<min(radius, count) { sum += scratch[index] }
  for index in 0..<count {
    if index + radius < count { sum += scratch[index + radius] }
    if index > radius { sum -= scratch[index - radius - 1] }
    values[start + index * stride] = max(sum, 0) * scale
  }
}

/// A rectangle of pixels.
struct Bounds {
  var x: Int
  var y: Int
  var width: Int
  var height: Int
  var maxX: Int { x + width }
  var maxY: Int { y + height }
}

/// Signed areas to the right of edges, summed per row into coverage (the method of font-rs).
private struct EdgeSum {
  let width: Int
  let height: Int
  private var sums: [Float]

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
    sums = [Float](repeating: 0, count: (width + 2) * height)
  }

  mutating func add(_ from: Point, _ to: Point) {
    guard from.y != to.y else { return }
    let sign: Float = from.y < to.y ? 1 : -1
    let top = from.y < to.y ? from : to
    let bottom = from.y < to.y ? to : from
    let slope = (bottom.x - top.x) / (bottom.y - top.y)
    let first = max(Int(max(top.y, 0)), 0)
    let last = min(Int(ceil(bottom.y)), height)
    guard first < last else { return }
    for row in first..<last {
      let y0 = max(Float(row), top.y)
      let y1 = min(Float(row + 1), bottom.y)
      guard y1 > y0 else { continue }
      let xa = (top.x + (y0 - top.y) * slope).clamped(0, Float(width))
      let xb = (top.x + (y1 - top.y) * slope).clamped(0, Float(width))
      spread((y1 - y0) * sign, min(xa, xb), max(xa, xb), row * (width + 2))
    }
  }

  /// Shares the height of an edge among the pixels between the two places where it enters and leaves a row.
  private mutating func spread(_ height: Float, _ x0: Float, _ x1: Float, _ row: Int) {
    let i0 = Int(x0)
    let i1 = Int(ceil(x1))
    if i1 <= i0 + 1 {
      let middle = (x0 + x1) / 2 - Float(i0)
      sums[row + i0] += height * (1 - middle)
      sums[row + i0 + 1] += height * middle
      return
    }
    let per = height / (x1 - x0)
    for index in i0..<i1 {
      let left = max(Float(index), x0)
      let right = min(Float(index + 1), x1)
      let part = per * (right - left)
      let middle = (left + right) / 2 - Float(index)
      let area = part * (1 - middle)
      sums[row + index] += area
      sums[row + index + 1] += part - area
    }
  }

  func coverage() -> [Float] {
    var result = [Float](repeating: 0, count: width * height)
    for row in 0..<height {
      var sum: Float = 0
      for column in 0..<width {
        sum += sums[row * (width + 2) + column]
        result[row * width + column] = min(abs(sum), 1)
      }
    }
    return result
  }
}
