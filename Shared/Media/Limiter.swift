import Glibc

/// Keeps sound below -1 dBTP, where encoders and players add nothing that clips (EBU R128).
enum Limiter {
  /// -1 dBTP.
  static let ceiling: Float = 0.891_250_9
  /// 5 ms at 48 kHz: how far ahead of a peak the level begins to go down.
  private static let lookahead = 240
  /// 80 ms, after which most of the level is back.
  private static let release = Float(1.0 / (0.08 * 48_000))

  /// Turns down around the peaks above the ceiling, and nothing else.
  ///
  /// The answer is the true peak afterwards and the greatest reduction in dB, which is nil when no peak was above
  /// the ceiling; then no sample is changed.
  static func limit(_ left: inout [Float], _ right: inout [Float]) -> (peak: Float, reduction: Double?) {
    var peak = TruePeak.measure(left: left, right: right)
    guard peak > ceiling else { return (peak, nil) }
    let reduction = 20 * log10(Double(peak / ceiling))
    // Turning down bends the wave a little, so that a peak may be left over.
    var target = ceiling
    for _ in 0..<4 where peak > ceiling {
      apply(gains(TruePeak.envelope(left: left, right: right), ceiling: target), &left, &right)
      peak = TruePeak.measure(left: left, right: right)
      target *= 0.998
    }
    if peak > ceiling {
      let rest = ceiling / peak
      for index in left.indices {
        left[index] *= rest
        right[index] *= rest
      }
      peak = ceiling
    }
    return (peak, reduction)
  }

  private static func apply(_ gains: [Float], _ left: inout [Float], _ right: inout [Float]) {
    for index in gains.indices where gains[index] < 1 {
      left[index] *= gains[index]
      right[index] *= gains[index]
    }
  }

  /// The gain of every sample: low enough at each peak, smooth before it, back to 1 after it.
  private static func gains(_ envelope: [Float], ceiling: Float) -> [Float] {
    var gains = ahead(envelope.map { $0 > ceiling ? ceiling / $0 : 1 })
    var held: Float = 1
    for index in gains.indices {
      held = min(gains[index], held + (1 - held) * release)
      gains[index] = held > 0.9999 ? 1 : held
    }
    // The mean over the time ahead turns steps into slopes and stays below what each peak allows. Before the sound
    // its first gain held, or a peak at the beginning would keep its level.
    let before = Double(gains.first ?? 1)
    var sum = Double(lookahead) * before
    var smooth = gains
    for index in gains.indices {
      sum += Double(gains[index]) - (index >= lookahead ? Double(gains[index - lookahead]) : before)
      smooth[index] = min(1, Float(sum / Double(lookahead)))
    }
    return smooth
  }

  /// The least gain of each sample and the time ahead of it.
  private static func ahead(_ gains: [Float]) -> [Float] {
    var least = gains
    // Indices whose gains grow; the first is the least of the window.
    var candidates: [Int] = []
    var first = 0
    for index in gains.indices.reversed() {
      while candidates.count > first, let last = candidates.last, gains[last] >= gains[index] {
        candidates.removeLast()
      }
      candidates.append(index)
      while candidates[first] >= index + lookahead { first += 1 }
      least[index] = gains[candidates[first]]
    }
    return least
  }
}
