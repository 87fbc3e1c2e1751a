/// Bars, beats and sixteenths of a piece, in samples; four beats make a bar.
struct Grid: Sendable {
  static let stepsPerBar = 16
  let frames: Int
  let framesPerBar: Double
  /// A bar that only begins counts.
  let bars: Int
  /// How much later every second eighth comes, as a share of a sixteenth.
  let swing: Double

  /// The tempo is bent by up to 6 % where that lets the piece end with a bar.
  init(bpm: Int, frames: Int, swing: Double) {
    let bpm = Double(min(220, max(40, bpm)))
    let wanted = 240 / bpm * Double(Score.sampleRate)
    let whole = max(1, (Double(frames) / wanted).rounded())
    let fitted = Double(frames) / whole
    framesPerBar = abs(fitted / wanted - 1) <= 0.06 ? fitted : wanted
    bars = max(1, Int((Double(frames) / framesPerBar - 1e-6).rounded(.up)))
    self.frames = frames
    self.swing = swing
  }

  var framesPerBeat: Double { framesPerBar / 4 }

  /// The sample at which a sixteenth begins, swung.
  func frame(bar: Int, step: Int) -> Int {
    let late = step % 4 == 2 || step % 4 == 3 ? swing * (step % 4 == 2 ? 1 : 0.5) : 0
    let position = Double(bar) + (Double(step) + late) / Double(Self.stepsPerBar)
    return Int((position * framesPerBar).rounded())
  }

  /// The length of so many sixteenths.
  func length(steps: Double) -> Int { Int(steps * framesPerBar / Double(Self.stepsPerBar)) }
}

/// Steele, Lea and Flood's SplitMix64: the same numbers everywhere.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// An index below `count`, which must be positive.
  mutating func index(below count: Int) -> Int { Int(next() % UInt64(count)) }

  /// Uniform in 0..<1.
  mutating func unit() -> Float { Float(next() >> 40) / 16_777_216 }
}
