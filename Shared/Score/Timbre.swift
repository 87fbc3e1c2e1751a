import Glibc

/// One turn of a waveform, bright and dark; a note goes from the one to the other as it fades.
struct Timbre: Sendable {
  enum Name: Int, Sendable, CaseIterable {
    case softPad, sawPad, strings, pluck, piano, bell, guitar, pizzicato, sub, roundBass, sawBass, flute, saw
    case brass
  }

  static let size = 2048
  /// One more sample than `size`, the first again, so that interpolation needs no wrap.
  let bright: [Float]
  let dark: [Float]
  let envelope: Envelope

  /// All of them, at the index of their name.
  static let all: [Timbre] = Name.allCases.map(Timbre.init)

  private init(_ name: Name) {
    let recipe = Self.recipe(name)
    bright = Self.wave(recipe.bright)
    dark = Self.wave(recipe.dark)
    envelope = recipe.envelope
  }

  /// Sums sines of these strengths, with phases that keep the peak low, to a peak of 1.
  private static func wave(_ partials: [Float]) -> [Float] {
    var wave = [Float](repeating: 0, count: size + 1)
    for (index, strength) in partials.enumerated() where strength != 0 {
      let number = Double(index + 1)
      let phase = Double.pi * number * number / Double(max(1, partials.count))
      for sample in 0...size {
        let angle = 2 * Double.pi * number * Double(sample % size) / Double(size)
        wave[sample] += strength * Float(sin(angle + phase))
      }
    }
    let peak = wave.map(abs).max() ?? 1
    return wave.map { $0 / max(peak, 1e-6) }
  }

  private struct Recipe {
    var bright: [Float]
    var dark: [Float]
    var envelope: Envelope
  }

  /// Partials falling as `1 / n^slope`; `even` weakens every second one.
  private static func falling(_ count: Int, slope: Float, even: Float = 1) -> [Float] {
    (1...count).map { number in
      Float(pow(Double(number), Double(-slope))) * (number % 2 == 0 ? even : 1)
    }
  }

  private static func recipe(_ name: Name) -> Recipe {
    switch name {
    case .softPad: Recipe(bright: falling(10, slope: 1.4), dark: falling(5, slope: 2), envelope: .pad)
    case .sawPad: Recipe(bright: falling(22, slope: 1), dark: falling(10, slope: 1.3), envelope: .pad)
    case .strings: Recipe(bright: falling(18, slope: 1.1), dark: falling(12, slope: 1.3), envelope: .bowed)
    case .pluck: Recipe(bright: falling(14, slope: 0.8), dark: falling(5, slope: 1.6), envelope: .plucked)
    case .piano: Recipe(bright: falling(12, slope: 1.1), dark: falling(4, slope: 1.7), envelope: .struck)
    case .bell:
      Recipe(
        bright: [1, 0.1, 0.5, 0, 0, 0.35, 0, 0, 0.2, 0, 0.1], dark: [1, 0.05, 0.15, 0, 0, 0.05],
        envelope: .ringing)
    case .guitar:
      Recipe(bright: falling(14, slope: 0.9, even: 0.8), dark: falling(5, slope: 1.5), envelope: .struck)
    case .pizzicato: Recipe(bright: falling(10, slope: 1), dark: falling(3, slope: 1.6), envelope: .short)
    case .sub: Recipe(bright: [1, 0.35, 0.12], dark: [1, 0.12], envelope: .bass)
    case .roundBass: Recipe(bright: falling(9, slope: 1.2), dark: falling(3, slope: 1.5), envelope: .bass)
    case .sawBass: Recipe(bright: falling(20, slope: 1), dark: falling(6, slope: 1.3), envelope: .bass)
    case .flute: Recipe(bright: [1, 0.4, 0.2, 0.06, 0.03], dark: [1, 0.25, 0.1], envelope: .blown)
    case .saw: Recipe(bright: falling(18, slope: 1), dark: falling(10, slope: 1.2), envelope: .blown)
    case .brass: Recipe(bright: falling(14, slope: 0.9), dark: falling(8, slope: 1.1), envelope: .bowed)
    }
  }
}

/// How a note begins, fades and ends; in seconds.
struct Envelope: Sendable {
  var attack: Double
  /// Until the note has lost 60 dB while it is held; infinite for what is bowed or blown.
  var decay: Double
  var release: Double
  /// Until the brightness is mostly gone.
  var dulling: Double
  /// What share of the written length is held.
  var hold = 1.0

  static let pad = Envelope(attack: 0.35, decay: .infinity, release: 0.9, dulling: 2.5)
  static let bowed = Envelope(attack: 0.18, decay: .infinity, release: 0.5, dulling: 4)
  static let blown = Envelope(attack: 0.04, decay: .infinity, release: 0.15, dulling: 0.8, hold: 0.9)
  static let plucked = Envelope(attack: 0.003, decay: 0.9, release: 0.12, dulling: 0.12)
  static let struck = Envelope(attack: 0.003, decay: 2.6, release: 0.25, dulling: 0.3, hold: 1.6)
  static let ringing = Envelope(attack: 0.004, decay: 4, release: 1.2, dulling: 0.5, hold: 2)
  static let short = Envelope(attack: 0.003, decay: 0.45, release: 0.1, dulling: 0.07)
  static let bass = Envelope(attack: 0.006, decay: 5, release: 0.06, dulling: 0.25, hold: 0.95)
}
