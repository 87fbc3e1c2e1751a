/// The peak of the wave that samples stand for, found at four times their rate (BS.1770-4, Annex 2).
enum TruePeak {
  /// The interpolator of Annex 2: four phases of twelve taps.
  private static let phases: [[Float]] = {
    let first: [Float] = [
      0.0017089843750, 0.0109863281250, -0.0196533203125, 0.0332031250000, -0.0594482421875, 0.1373291015625,
      0.9721679687500, -0.1022949218750, 0.0476074218750, -0.0266113281250, 0.0148925781250, -0.0083007812500,
    ]
    let second: [Float] = [
      -0.0291748046875, 0.0292968750000, -0.0517578125000, 0.0891113281250, -0.1665039062500, 0.4650878906250,
      0.7797851562500, -0.2003173828125, 0.1015625000000, -0.0582275390625, 0.0330810546875, -0.0189208984375,
    ]
    return [first, second, second.reversed(), first.reversed()]
  }()
  private static let taps = 12
  private static let block = 256
  /// The most that the interpolator can make of samples that are nowhere above 1.
  private static let growth = phases.map { $0.reduce(0) { $0 + abs($1) } }.max() ?? 1

  /// The greatest magnitude of two channels, between the samples too.
  static func measure(left: [Float], right: [Float]) -> Float {
    var peak: Float = 0
    for channel in [left, right] {
      peak = max(peak, magnitude(channel[...]))
      // What comes before and after is silence, which the wave runs into.
      eachBlock(of: channel) { start, part, wave in
        guard magnitude(part) * growth > peak else { return }
        interpolate(channel, from: start, into: &wave)
        peak = max(peak, magnitude(wave[...]))
      }
    }
    return peak
  }

  /// For each sample the greatest magnitude of either channel around it.
  static func envelope(left: [Float], right: [Float]) -> [Float] {
    var envelope = zip(left, right).map { max(abs($0), abs($1)) }
    for channel in [left, right] {
      eachBlock(of: channel) { start, part, wave in
        interpolate(channel, from: start, into: &wave)
        for index in 0..<min(block, channel.count - start) {
          for phase in 0..<4 {
            envelope[start + index] = max(envelope[start + index], abs(wave[phase * block + index]))
          }
        }
      }
    }
    return envelope
  }

  /// Calls `body` with the first sample of each block, all samples that its wave depends on, and room for it.
  private static func eachBlock(
    of channel: [Float], _ body: (Int, ArraySlice<Float>, inout [Float]) -> Void
  ) {
    var wave = [Float](repeating: 0, count: 4 * block)
    for start in stride(from: 0, to: channel.count, by: block) {
      body(start, channel[max(0, start - taps)..<min(channel.count, start + block + taps)], &wave)
    }
  }

  /// The four phases of a block's wave, one after the other; the taps lie around each sample.
  private static func interpolate(_ channel: [Float], from start: Int, into wave: inout [Float]) {
    var samples = [Float](repeating: 0, count: block + taps)
    let first = start - taps / 2
    for index in max(0, -first)..<min(samples.count, max(0, channel.count - first)) {
      samples[index] = channel[first + index]
    }
    samples.withUnsafeBufferPointer { samples in
      wave.withUnsafeMutableBufferPointer { wave in
        wave.update(repeating: 0)
        for (phase, coefficients) in phases.enumerated() {
          for (tap, coefficient) in coefficients.enumerated() {
            // Tap 0 is the newest sample of the filter.
            let offset = taps - tap
            for index in 0..<block { wave[phase * block + index] += coefficient * samples[index + offset] }
          }
        }
      }
    }
  }

  /// The greatest magnitude; compared as bits, which processors do in parallel.
  private static func magnitude(_ samples: ArraySlice<Float>) -> Float {
    let bits = samples.withUnsafeBufferPointer { samples in
      var greatest: UInt32 = 0
      for sample in samples { greatest = max(greatest, sample.bitPattern & 0x7FFF_FFFF) }
      return greatest
    }
    return Float(bitPattern: bits)
  }
}
