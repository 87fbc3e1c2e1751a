import Glibc

/// How fast a picture moves, by matching blocks of luma.
enum Motion {
  /// The median speed of what can be followed between two frames of one size, in pixels.
  ///
  /// Nil when too little has structure that could be followed.
  static func distance(_ from: Frame420, _ to: Frame420) -> Double? {
    let factor = max(1, from.width / 320)
    let fine = (Grid(from, factor: factor), Grid(to, factor: factor))
    let coarse = (fine.0.halved, fine.1.halved)
    let side = fine.0.width < 200 ? 16 : 32
    var distances: [Double] = []
    for y in stride(from: 0, through: fine.0.height - side, by: side) {
      for x in stride(from: 0, through: fine.0.width - side, by: side)
      where fine.0.hasStructure(x, y, side) {
        let rough = match(coarse.0, coarse.1, x / 2, y / 2, side / 2, around: (0, 0), reach: 12)
        let exact = match(fine.0, fine.1, x, y, side, around: (2 * rough.x, 2 * rough.y), reach: 2)
        let shift = refine(fine.0, fine.1, x, y, side, exact)
        distances.append(hypot(shift.x, shift.y))
      }
    }
    guard distances.count >= 4 else { return nil }
    return distances.sorted()[distances.count / 2] * Double(factor)
  }

  /// The whole shift at which a block is found best; of equals the one nearest to `around`.
  private static func match(
    _ a: Grid, _ b: Grid, _ x: Int, _ y: Int, _ side: Int, around: (x: Int, y: Int), reach: Int
  ) -> (x: Int, y: Int) {
    var best = around
    var least = Int.max
    for dy in around.y - reach...around.y + reach {
      for dx in around.x - reach...around.x + reach where b.holds(x + dx, y + dy, side) {
        let far = abs(dx - around.x) + abs(dy - around.y)
        let cost = a.difference(b, x, y, side, dx, dy) * 16 + far
        if cost < least { (least, best) = (cost, (dx, dy)) }
      }
    }
    return best
  }

  /// The bottom of the parabolas through the costs beside a shift, which lies between pixels.
  private static func refine(
    _ a: Grid, _ b: Grid, _ x: Int, _ y: Int, _ side: Int, _ shift: (x: Int, y: Int)
  ) -> (x: Double, y: Double) {
    let cost = { (dx: Int, dy: Int) -> Double? in
      b.holds(x + dx, y + dy, side) ? Double(a.difference(b, x, y, side, dx, dy)) : nil
    }
    let bottom = { (before: Double?, here: Double?, after: Double?) -> Double in
      guard let before, let here, let after, before + after > 2 * here else { return 0 }
      return max(-0.5, min(0.5, (before - after) / (2 * (before + after - 2 * here))))
    }
    let here = cost(shift.x, shift.y)
    return (
      Double(shift.x) + bottom(cost(shift.x - 1, shift.y), here, cost(shift.x + 1, shift.y)),
      Double(shift.y) + bottom(cost(shift.x, shift.y - 1), here, cost(shift.x, shift.y + 1))
    )
  }
}

/// Luma in fewer and calmer samples.
private struct Grid {
  let width: Int
  let height: Int
  /// Sixteenths of a level, so that averaging loses nothing.
  private let samples: [Int32]

  /// The means of squares of `factor` pixels.
  init(_ frame: Frame420, factor: Int) {
    let (width, height) = (frame.width / factor, frame.height / factor)
    var samples = [Int32](repeating: 0, count: width * height)
    for y in 0..<height * factor {
      for x in 0..<width * factor {
        samples[y / factor * width + x / factor] += Int32(frame.y[y * frame.width + x])
      }
    }
    let area = Int32(factor * factor)
    self.init(width: width, height: height, samples: samples.map { $0 * 16 / area })
  }

  private init(width: Int, height: Int, samples: [Int32]) {
    self.width = width
    self.height = height
    self.samples = samples
  }

  var halved: Grid {
    let (width, height) = (width / 2, height / 2)
    var halved = [Int32](repeating: 0, count: width * height)
    for y in 0..<height {
      for x in 0..<width {
        let index = 2 * y * self.width + 2 * x
        let below = index + self.width
        halved[y * width + x] =
          (samples[index] + samples[index + 1] + samples[below] + samples[below + 1]) / 4
      }
    }
    return Grid(width: width, height: height, samples: halved)
  }

  func holds(_ x: Int, _ y: Int, _ side: Int) -> Bool {
    x >= 0 && y >= 0 && x + side <= width && y + side <= height
  }

  /// Whether a block varies by more than grain does: a standard deviation of at least 2 levels.
  func hasStructure(_ x: Int, _ y: Int, _ side: Int) -> Bool {
    var sum = 0
    var squares = 0
    for row in y..<y + side {
      for sample in samples[row * width + x..<row * width + x + side] {
        sum += Int(sample)
        squares += Int(sample) * Int(sample)
      }
    }
    let count = side * side
    return squares * count - sum * sum >= 32 * 32 * count * count
  }

  /// The sum of squared differences between a block and a shifted one of `other`.
  func difference(_ other: Grid, _ x: Int, _ y: Int, _ side: Int, _ dx: Int, _ dy: Int) -> Int {
    samples.withUnsafeBufferPointer { mine in
      other.samples.withUnsafeBufferPointer { theirs in
        var total = 0
        for row in 0..<side {
          let a = (y + row) * width + x
          let b = (y + dy + row) * width + x + dx
          var sum: Int32 = 0
          for column in 0..<side {
            // 4080² would overflow a row; a quarter of a level is precise enough.
            let difference = (mine[a &+ column] &- theirs[b &+ column]) >> 2
            sum &+= difference &* difference
          }
          total += Int(sum)
        }
        return total
      }
    }
  }
}
