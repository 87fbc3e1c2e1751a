import Glibc

/// The drums, each rendered once.
struct Kit: Sendable {
  enum Drum: Int, Sendable, CaseIterable {
    case kick, snare, hat, boom, swell
  }

  /// At the index of the drum.
  private let samples: [[Float]]

  /// - Parameter bar: The length of a swell, in samples.
  init(bar: Int) {
    var random = SplitMix(state: 0x6b69_7421)
    samples = Drum.allCases.map { drum in
      switch drum {
      case .kick: Self.drop(seconds: 0.32, from: 160, to: 47, fall: 0.035, decay: 0.11, click: 0.25, &random)
      case .boom: Self.drop(seconds: 1.8, from: 95, to: 36, fall: 0.12, decay: 0.55, click: 0.12, &random)
      case .snare: Self.snare(&random)
      case .hat: Self.hat(&random)
      case .swell: Self.swell(frames: bar, &random)
      }
    }
  }

  func sample(_ drum: Drum) -> [Float] { samples[drum.rawValue] }

  /// A sine that falls from one frequency to another, with a click at the front.
  private static func drop(
    seconds: Double, from: Double, to: Double, fall: Double, decay: Double, click: Double,
    _ random: inout SplitMix
  ) -> [Float] {
    var phase = 0.0
    return faded(seconds: seconds) { time in
      phase += (to + (from - to) * exp(-time / fall)) / Double(Score.sampleRate)
      let noise = Double(random.unit() * 2 - 1) * click * exp(-time / 0.004)
      return Float(sin(2 * .pi * phase) * exp(-time / decay) + noise)
    }
  }

  private static func snare(_ random: inout SplitMix) -> [Float] {
    var low: Float = 0
    return faded(seconds: 0.28) { time in
      let noise = random.unit() * 2 - 1
      low += (noise - low) * 0.25
      let tone = Float(sin(2 * .pi * 188 * time) * exp(-time / 0.05)) * 0.6
      return ((noise - low) * 0.55 + low * 0.35) * Float(exp(-time / 0.075)) + tone
    }
  }

  private static func hat(_ random: inout SplitMix) -> [Float] {
    var low: Float = 0
    return faded(seconds: 0.12) { time in
      let noise = random.unit() * 2 - 1
      low += (noise - low) * 0.6
      return (noise - low) * Float(exp(-time / 0.022))
    }
  }

  /// Noise that grows and brightens towards its end.
  private static func swell(frames: Int, _ random: inout SplitMix) -> [Float] {
    let seconds = Double(frames) / Double(Score.sampleRate)
    var low: Float = 0
    return faded(seconds: seconds) { time in
      let place = Float(time / seconds)
      let noise = random.unit() * 2 - 1
      low += (noise - low) * (0.02 + 0.3 * place * place)
      return low * place * place * place
    }
  }

  /// The samples of `shape` over time, the first and last five milliseconds faded so that nothing clicks.
  private static func faded(seconds: Double, _ shape: (Double) -> Float) -> [Float] {
    let count = max(1, Int(seconds * Double(Score.sampleRate)))
    let front = Score.sampleRate / 1000
    let back = min(count, Score.sampleRate / 200)
    return (0..<count).map { index in
      let fade = min(1, Float(index) / Float(front), Float(count - 1 - index) / Float(back))
      return shape(Double(index) / Double(Score.sampleRate)) * fade
    }
  }
}
