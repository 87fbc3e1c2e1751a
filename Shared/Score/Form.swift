/// How full each bar is, from a thin beginning over a build to a peak and a thin end.
struct Form: Sendable {
  private let levels: [Float]

  init(bars: Int) {
    guard bars > 3 else {
      levels = (0..<bars).map { bars > 1 && $0 == 0 ? 0.55 : 0.8 }
      return
    }
    let intro = min(4, max(1, bars / 8))
    let outro = min(2, max(1, bars / 8))
    let body = bars - intro - outro
    levels =
      [Float](repeating: 0.3, count: intro) + (0..<body).map { Self.level($0, of: body) }
      + [0.45, 0.3].suffix(outro)
  }

  func level(_ bar: Int) -> Float { levels[bar] }

  /// Whether a bar is fuller than the one before.
  func begins(_ bar: Int) -> Bool { bar > 0 && levels[bar] > levels[bar - 1] }

  /// Short pieces rise once; long ones rise, breathe and rise again in turns of sixteen bars.
  private static func level(_ bar: Int, of body: Int) -> Float {
    if body < 14 {
      let place = Float(bar) / Float(body)
      return place < 0.33 ? 0.6 : place < 0.62 ? 0.8 : 1
    }
    if bar >= body - 4 { return 1 }
    switch bar % 16 {
    case 0..<4: return 0.6
    case 4..<8: return 0.8
    case 8..<12: return 1
    case 12..<14: return 0.4
    default: return 0.65
    }
  }
}

/// The order in which the keys take a chord's notes.
struct Arpeggio: Sendable {
  private let order: [Int]

  init(random: inout SplitMix) {
    let orders = [
      [0, 1, 2, 3, 2, 1, 4, 2], [0, 2, 1, 3, 2, 4, 3, 1], [3, 2, 1, 0, 4, 2, 1, 2], [0, 1, 2, 4, 3, 2, 1, 2],
      [0, 2, 4, 2, 3, 2, 1, 2],
    ]
    order = orders[random.index(below: orders.count)]
  }

  /// A note of the chord, the octave above it included.
  func note(order index: Int, bar: Int, voicing: [Int]) -> Int {
    let place = order[(index + bar % 2 * 3) % order.count]
    return voicing[place % voicing.count] + 12 * (place / voicing.count) + 12
  }
}

/// A melody of two bars that follows the chords.
struct Motif: Sendable {
  struct Tone: Sendable {
    var step: Int
    var length: Int
    /// Steps of the scale above the chord's root.
    var offset: Int
  }

  private let bars: [[Tone]]

  init(random: inout SplitMix) {
    let rhythms = [[0, 6, 8, 12], [0, 4, 6, 12], [0, 8, 10, 14], [2, 4, 8, 12], [0, 3, 6, 10, 12]]
    let first = rhythms[random.index(below: rhythms.count)]
    let second = Array(rhythms[random.index(below: rhythms.count)].prefix(2))
    let chordTones = [2, 4, 7, 0]
    var offset = chordTones[random.index(below: 3)]
    bars = [first, second].map { rhythm in
      rhythm.enumerated().map { index, step in
        let end = index + 1 < rhythm.count ? rhythm[index + 1] : Grid.stepsPerBar
        let isStrong = step % 8 == 0
        let moved = offset + [-1, 1, 1, -1, 2, -2][random.index(below: 6)]
        offset =
          isStrong ? chordTones.min { abs($0 - moved) < abs($1 - moved) } ?? moved : min(8, max(-1, moved))
        return Tone(step: step, length: end - step, offset: offset)
      }
    }
  }

  func tones(bar: Int) -> [Tone] { bars[bar % 2] }
}
