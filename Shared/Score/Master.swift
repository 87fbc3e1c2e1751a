import Glibc

/// The last step: no offset, a steady level, no overload, and silence at both ends.
enum Master {
  /// -16 dBFS.
  private static let rms: Float = 0.158
  /// Where the soft limit begins, and what it never reaches: -1.2 dBFS.
  private static let knee: Float = 0.6
  private static let ceiling: Float = 0.871

  static func finish(_ track: inout StereoTrack, grid: Grid) {
    removeOffset(&track.left)
    removeOffset(&track.right)
    let power = (meanSquare(track.left) + meanSquare(track.right)) / 2
    let gain = power > 0 ? rms / power.squareRoot() : 0
    limit(&track.left, gain: gain)
    limit(&track.right, gain: gain)
    fade(&track.left, grid: grid)
    fade(&track.right, grid: grid)
  }

  /// A high-pass of the first order at 10 Hz.
  private static func removeOffset(_ samples: inout [Float]) {
    let keep = Float(exp(-2 * Double.pi * 10 / Double(Score.sampleRate)))
    var before: Float = 0
    var out: Float = 0
    for index in samples.indices {
      let sample = samples[index]
      out = sample - before + keep * out
      before = sample
      samples[index] = out
    }
  }

  private static func meanSquare(_ samples: [Float]) -> Float {
    var sum = 0.0
    for sample in samples { sum += Double(sample * sample) }
    return Float(sum / Double(max(1, samples.count)))
  }

  /// Straight up to the knee, then bent so that it stays below the ceiling.
  private static func limit(_ samples: inout [Float], gain: Float) {
    let room = ceiling - knee
    for index in samples.indices {
      let sample = samples[index] * gain
      let size = abs(sample)
      guard size > knee else {
        samples[index] = sample
        continue
      }
      let over = (size - knee) / room
      let bent = knee + room * over / (1 + over)
      samples[index] = sample < 0 ? -bent : bent
    }
  }

  /// In over 20 ms, out over the last bar or a quarter of the piece, whichever is shorter.
  private static func fade(_ samples: inout [Float], grid: Grid) {
    let fadeIn = min(samples.count / 4, Score.sampleRate / 50)
    let fadeOut = min(samples.count / 4, Int(min(grid.framesPerBar, 4 * Double(Score.sampleRate))))
    for index in 0..<fadeIn {
      samples[index] *= 0.5 - 0.5 * cos(Float.pi * Float(index) / Float(fadeIn))
    }
    let last = samples.count - 1
    for index in 0..<fadeOut {
      let place = 0.5 - 0.5 * cos(Float.pi * Float(index) / Float(fadeOut))
      samples[last - index] *= place
    }
  }
}
