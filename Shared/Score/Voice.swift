import Glibc

/// A note while it sounds.
struct Voice: Sendable {
  let bus: Arrangement.Bus
  let timbre: Timbre.Name
  let end: Int
  private let start: Int
  private let holdEnd: Int
  private let gain: SIMD2<Float>
  /// A turn of the waveform is 2³².
  private var phase: UInt32
  private let step: UInt32
  private var attack: Float = 0
  private let attackStep: Float
  private var level: Float = 1
  private let decay: Float
  private var brightness: Float
  private let dulling: Float
  private var release: Float = 1
  private let releaseStep: Float

  init(_ note: Arrangement.Note, envelope: Envelope) {
    let rate = Double(Score.sampleRate)
    let frequency = 440 * pow(2, (note.pitch - 69) / 12)
    let held = max(Int(envelope.attack * rate), Int(Double(note.length) * envelope.hold))
    let releaseFrames = max(1, Int(envelope.release * rate))
    bus = note.bus
    timbre = note.timbre
    start = note.start
    holdEnd = note.start + held
    end = holdEnd + releaseFrames
    gain = Voice.panned(note.pan) * note.gain
    // Held notes start anywhere in the waveform, so that detuned voices do not begin as one.
    phase = envelope.attack > 0.02 ? UInt32(truncatingIfNeeded: Int(note.pitch * 1_618_033_989)) : 0
    step = UInt32(frequency / rate * 4_294_967_296)
    attackStep = Float(1 / (envelope.attack * rate))
    decay = envelope.decay.isFinite ? Float(pow(0.001, 1 / (envelope.decay * rate))) : 1
    brightness = note.brightness
    dulling = Float(exp(-1 / (envelope.dulling * rate)))
    releaseStep = 1 / Float(releaseFrames)
  }

  /// Equal power: the same loudness everywhere between left (-1) and right (1).
  static func panned(_ pan: Float) -> SIMD2<Float> {
    let angle = (min(1, max(-1, pan)) + 1) * Float.pi / 4
    return SIMD2(cos(angle), sin(angle))
  }

  /// Adds what sounds of this voice from `from` on to `bus`.
  mutating func render(_ timbre: Timbre, into bus: inout [SIMD2<Float>], from blockStart: Int) {
    let first = max(start, blockStart)
    let last = min(end, blockStart + bus.count)
    let held = min(last, max(first, holdEnd))
    if first < held { add(timbre, &bus, first - blockStart..<held - blockStart, releaseStep: 0) }
    if held < last { add(timbre, &bus, held - blockStart..<last - blockStart, releaseStep: releaseStep) }
  }

  private mutating func add(
    _ timbre: Timbre, _ bus: inout [SIMD2<Float>], _ range: Range<Int>, releaseStep: Float
  ) {
    let bright = timbre.bright
    let dark = timbre.dark
    for index in range {
      let place = Int(phase >> 21)
      let part = Float(phase & 0x1F_FFFF) * (1 / 2_097_152)
      let low = dark[place] + (dark[place + 1] - dark[place]) * part
      let high = bright[place] + (bright[place + 1] - bright[place]) * part
      attack = min(1, attack + attackStep)
      release = max(0, release - releaseStep)
      bus[index] += gain * ((low + (high - low) * brightness) * attack * level * release * release)
      level *= decay
      brightness *= dulling
      phase &+= step
    }
  }
}
