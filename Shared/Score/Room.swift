import Glibc

/// A reverberation: eight delay lines that feed each other through a Hadamard matrix.
struct Room: Sendable {
  private static let size = 8192
  private static let lengths = [1693, 2039, 2393, 2791, 3209, 3677, 4211, 4813]
  private var lines = [Float](repeating: 0, count: size * 8)
  private var position = 0
  private var damped = SIMD8<Float>.zero
  private let feedback: SIMD8<Float>

  /// - Parameter seconds: Until the reverberation has lost 60 dB.
  init(seconds: Double) {
    var feedback = SIMD8<Float>.zero
    for (index, length) in Self.lengths.enumerated() {
      let loss = pow(10, -3 * Double(length) / (seconds * Double(Score.sampleRate)))
      // The matrix of three sums and differences is √8 too strong.
      feedback[index] = Float(loss / 8.0.squareRoot())
    }
    self.feedback = feedback
  }

  /// What the room answers to one sample.
  mutating func process(_ input: SIMD2<Float>) -> SIMD2<Float> {
    var out = SIMD8<Float>.zero
    for index in 0..<8 {
      out[index] = lines[index * Self.size + (position - Self.lengths[index]) & (Self.size - 1)]
    }
    damped += (out - damped) * 0.55
    var mixed = damped
    for _ in 0..<3 {
      let even = mixed.evenHalf
      let odd = mixed.oddHalf
      mixed = SIMD8(lowHalf: even + odd, highHalf: even - odd)
    }
    mixed *= feedback
    let fed = mixed + SIMD8(input.x, input.y, -input.x, input.y, input.x, -input.y, input.x, input.y)
    for index in 0..<8 { lines[index * Self.size + position] = fed[index] }
    position = (position + 1) & (Self.size - 1)
    return SIMD2(out[0] + out[2] - out[4] + out[6], out[1] - out[3] + out[5] + out[7]) * 0.35
  }
}

/// An echo that goes from side to side.
struct Echo: Sendable {
  private static let size = 65_536
  private var line = [SIMD2<Float>](repeating: .zero, count: size)
  private var position = 0
  private var damped = SIMD2<Float>.zero
  private let length: Int

  /// - Parameter length: Between two echoes, in samples.
  init(length: Int) { self.length = min(Self.size - 1, max(1, length)) }

  mutating func process(_ input: SIMD2<Float>) -> SIMD2<Float> {
    let out = line[(position - length) & (Self.size - 1)]
    damped += (out - damped) * 0.4
    line[position] = SIMD2(damped.y * 0.38 + input.x, damped.x * 0.38 + input.y * 0.4)
    position = (position + 1) & (Self.size - 1)
    return out
  }
}
