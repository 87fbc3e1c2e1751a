import Glibc

/// Closed outlines; those that run the same way round add up to one shape.
struct Path {
  private(set) var contours: [[Point]] = []

  init(_ contours: [[Point]] = []) { self.contours = contours }

  /// The absolute `M L C Q Z` subset of SVG path data; what it does not know ends the path.
  init(_ data: String) {
    var pen = Pen()
    var command: Character = "M"
    var numbers: [Float] = []
    let spaced = data.reduce(into: "") { $0 += $1.isLetter ? " \($1) " : String($1) }
    for token in spaced.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "\n" }) {
      if let letter = token.first, letter.isLetter {
        command = letter
        if letter == "Z" { pen.close() }
      } else if let number = Float(token) {
        numbers.append(number)
        pen.draw(command, &numbers)
      }
    }
    pen.close()
    contours = pen.contours
  }

  static func polygon(_ points: [Point]) -> Path { Path([points]) }

  static func rect(_ x: Float, _ y: Float, _ width: Float, _ height: Float) -> Path {
    Path([[Point(x, y), Point(x + width, y), Point(x + width, y + height), Point(x, y + height)]])
  }

  static func ellipse(_ x: Float, _ y: Float, _ rx: Float, _ ry: Float) -> Path {
    Path([
      (0..<72).map { step in
        let angle = Float(step) * .pi / 36
        return Point(x + rx * cos(angle), y + ry * sin(angle))
      }
    ])
  }

  static func rounded(_ x: Float, _ y: Float, _ width: Float, _ height: Float, _ radius: Float) -> Path {
    let corners: [(Point, Float)] = [
      (Point(x + width - radius, y + radius), -.pi / 2), (Point(x + width - radius, y + height - radius), 0),
      (Point(x + radius, y + height - radius), .pi / 2), (Point(x + radius, y + radius), .pi),
    ]
    return Path([
      corners.flatMap { centre, start in
        (0...8).map { step in
          let angle = start + Float(step) * .pi / 16
          return centre + Point(cos(angle), sin(angle)) * radius
        }
      }
    ])
  }

  /// A line of some width, with square ends.
  static func line(_ from: Point, _ to: Point, _ width: Float, tip: Float? = nil) -> Path {
    let along = to - from
    let length = max((along * along).sum().squareRoot(), 1e-6)
    let side = Point(-along.y, along.x) / length * 0.5
    let end = tip ?? width
    return Path([[from + side * width, to + side * end, to - side * end, from - side * width]])
  }

  /// Both shapes as one, whichever way round they run.
  static func + (a: Path, b: Path) -> Path { Path(a.turned().contours + b.turned().contours) }

  func mapped(_ transform: (Point) -> Point) -> Path { Path(contours.map { $0.map(transform) }) }

  /// Every contour the same way round.
  func turned() -> Path {
    Path(
      contours.map { points in
        var area: Float = 0
        for (a, b) in zip(points, points.dropFirst() + points.prefix(1)) { area += a.x * b.y - b.x * a.y }
        return area < 0 ? points.reversed() : points
      })
  }
}

/// Follows path data and flattens its curves.
private struct Pen {
  var contours: [[Point]] = []
  private var points: [Point] = []

  mutating func close() {
    if points.count > 2 { contours.append(points) }
    points = []
  }

  mutating func draw(_ command: Character, _ numbers: inout [Float]) {
    let needed = command == "C" ? 6 : command == "Q" ? 4 : 2
    guard numbers.count == needed else { return }
    let given = stride(from: 0, to: needed, by: 2).map { Point(numbers[$0], numbers[$0 + 1]) }
    numbers = []
    switch command {
    case "M":
      close()
      points = given
    case "C": curve(given[0], given[1], given[2])
    case "Q":
      let start = points.last ?? given[0]
      curve(start + (given[0] - start) * 2 / 3, given[1] + (given[0] - given[1]) * 2 / 3, given[1])
    default: points += given
    }
  }

  private mutating func curve(_ a: Point, _ b: Point, _ end: Point) {
    let start = points.last ?? a
    for step in 1...20 {
      let t = Float(step) / 20
      let s = 1 - t
      let first = start * (s * s * s) + a * (3 * s * s * t)
      points.append(first + b * (3 * s * t * t) + end * (t * t * t))
    }
  }
}
