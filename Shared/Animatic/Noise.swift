/// Smooth value noise that is the same for the same seed everywhere.
struct Noise: Sendable {
  private let seed: UInt32

  init(seed: Int) { self.seed = UInt32(truncatingIfNeeded: seed &* 0x9E37_79B1) }

  /// 0…1, independent from one grid point to the next.
  func hash(_ x: Int32, _ y: Int32) -> Float {
    var h = UInt32(bitPattern: x) &* 0x85EB_CA6B ^ UInt32(bitPattern: y) &* 0xC2B2_AE35 ^ seed
    h = (h ^ (h >> 15)) &* 0x2C1B_3C6D
    h = (h ^ (h >> 12)) &* 0x297A_2D39
    return Float((h ^ (h >> 15)) >> 8) / 16_777_216
  }

  /// 0…1 with a continuous slope, one bump per unit.
  func value(_ x: Float, _ y: Float = 0) -> Float {
    let ix = Int32(cell: x)
    let iy = Int32(cell: y)
    let fx = x - Float(ix)
    let fy = y - Float(iy)
    let tx = fx * fx * (3 - 2 * fx)
    let ty = fy * fy * (3 - 2 * fy)
    let top = hash(ix, iy).mixed(hash(ix &+ 1, iy), tx)
    let bottom = hash(ix, iy &+ 1).mixed(hash(ix &+ 1, iy &+ 1), tx)
    return top.mixed(bottom, ty)
  }

  /// 0…1: octaves of `value`, each twice as fine and half as strong.
  func fractal(_ x: Float, _ y: Float = 0, octaves: Int = 4) -> Float {
    var sum: Float = 0
    var weight: Float = 0.5
    var total: Float = 0
    var px = x
    var py = y
    for _ in 0..<octaves {
      sum += value(px, py) * weight
      total += weight
      weight *= 0.5
      px = px * 2.03 + 17.1
      py = py * 2.03 + 9.7
    }
    return sum / total
  }
}

/// Seeded random numbers (SplitMix64).
struct Dice {
  private var state: UInt64

  init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC }

  mutating func roll(_ low: Float = 0, _ high: Float = 1) -> Float {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return low + (high - low) * Float((z ^ (z >> 31)) >> 40) / 16_777_216
  }
}

extension Int32 {
  /// The whole number at or below a value; 0 for what no grid has, such as a division by zero.
  ///
  /// Plain SSE2 has no instruction for it, and libm's function costs more than the rest of a noise value.
  init(cell value: Float) {
    guard abs(value) < 1e9 else {
      self = 0
      return
    }
    let whole = Int32(value)
    self = Float(whole) > value ? whole - 1 : whole
  }
}
