/// Music made exactly as long as a video and as loud as asked.
struct FittedSound {
  private(set) var left: [Float]
  private(set) var right: [Float]
  /// The largest sample after the volume and before the guard against clipping.
  let peak: Float
  let notes: [String]

  /// 20 ms at 48 kHz.
  static let fadeSamples = 960

  /// Multiplies by `volume`, then cuts with a fade or fills up with silence to `samples`.
  ///
  /// Music that would leave -1...1 is turned down as a whole until it does not.
  init(left: [Float], right: [Float], volume: Double, samples: Int) {
    let gain = Float(volume)
    var largest: Float = 0
    for channel in [left, right] {
      for sample in channel.prefix(samples) { largest = max(largest, abs(sample * gain)) }
    }
    let guarded = largest > 1 ? gain / largest : gain
    self.left = Self.fit(left, gain: guarded, samples: samples)
    self.right = Self.fit(right, gain: guarded, samples: samples)
    peak = largest
    var notes: [String] = []
    if largest > 1 {
      notes.append("The music was turned down by a factor of \(1 / largest) to stay below full scale.")
    }
    if left.count > samples { notes.append("The music was cut to the length of the video.") }
    if left.count < samples {
      notes.append("The music ends \(Double(samples - left.count) / 48_000) s before the video.")
    }
    self.notes = notes
  }

  private static func fit(_ channel: [Float], gain: Float, samples: Int) -> [Float] {
    let kept = min(channel.count, samples)
    let fade = channel.count > samples ? min(fadeSamples, kept) : 0
    return [Float](unsafeUninitializedCapacity: samples) { buffer, count in
      for index in 0..<kept { buffer[index] = channel[index] * gain }
      for index in 0..<fade { buffer[kept - 1 - index] *= Float(index) / Float(fade) }
      for index in kept..<max(samples, kept) { buffer[index] = 0 }
      count = samples
    }
  }
}
