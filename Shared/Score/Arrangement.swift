/// Every note and every hit of a piece, in the order of time.
struct Arrangement: Sendable {
  enum Bus: Sendable {
    case pad, keys, bass
  }

  struct Note: Sendable {
    var start: Int
    /// How long it is held, in samples.
    var length: Int
    /// MIDI number, with fractions for detuned voices.
    var pitch: Double
    var timbre: Timbre.Name
    var bus: Bus
    var gain: Float
    /// -1 left, 1 right.
    var pan: Float
    /// 0 dark, 1 bright.
    var brightness: Float
  }

  struct Hit: Sendable {
    var start: Int
    var drum: Kit.Drum
    var gain: Float
    var pan: Float
  }

  private(set) var notes: [Note] = []
  private(set) var hits: [Hit] = []
  private let style: Style
  private let harmony: Harmony
  private let grid: Grid
  private let form: Form

  init(style: Style, harmony: Harmony, grid: Grid, random: inout SplitMix) {
    self.style = style
    self.harmony = harmony
    self.grid = grid
    form = Form(bars: grid.bars)
    let arpeggio = Arpeggio(random: &random)
    let motif = Motif(random: &random)
    for bar in 0..<grid.bars {
      let degree = harmony.degree(chord: bar / style.chordBars, isLast: bar == grid.bars - 1)
      if bar % style.chordBars == 0 || bar == grid.bars - 1 { addPad(bar, degree) }
      addKeys(bar, degree, arpeggio)
      addBass(bar, degree)
      addLead(bar, degree, motif)
      addDrums(bar)
    }
    notes.sort { $0.start < $1.start }
    hits.sort { $0.start < $1.start }
  }

  private mutating func addPad(_ bar: Int, _ degree: Int) {
    let isLast = bar == grid.bars - 1
    let length = grid.length(steps: Double(isLast ? 1 : style.chordBars) * 16)
    let level = form.level(bar)
    let voicing = harmony.voicing(degree: degree)
    for (index, note) in voicing.enumerated() {
      let side = Float(index) / Float(max(1, voicing.count - 1)) * 1.2 - 0.6
      for (cents, pan) in [(-6.0, side - 0.35), (6.0, side + 0.35)] {
        notes.append(
          Note(
            start: grid.frame(bar: bar, step: 0), length: length, pitch: Double(note) + cents / 100,
            timbre: style.pad.timbre, bus: .pad, gain: style.pad.level * 0.16 * (0.75 + 0.25 * level),
            pan: pan, brightness: 0.25 + 0.75 * level))
      }
    }
  }

  private mutating func addKeys(_ bar: Int, _ degree: Int, _ arpeggio: Arpeggio) {
    let level = form.level(bar)
    let voicing = harmony.voicing(degree: degree)
    // The ending keeps its first chord and lets it ring; quiet bars keep the louder notes.
    let quietest = bar == grid.bars - 1 ? 10 : level < 0.5 ? 5 : 1
    for (order, step) in Self.steps(style.keysPattern).enumerated() {
      guard step.velocity >= quietest || step.index == 0 else { continue }
      let isChord = style.keysPlayChords || (bar == grid.bars - 1 && step.index == 0)
      let pitches = isChord ? voicing : [arpeggio.note(order: order, bar: bar, voicing: voicing)]
      for (strum, pitch) in pitches.enumerated() {
        let velocity = Float(step.velocity) / 9 * (isChord ? 0.6 : 1) * (0.6 + 0.4 * level)
        notes.append(
          Note(
            start: grid.frame(bar: bar, step: step.index) + strum * Score.sampleRate / 80,
            length: grid.length(steps: isChord ? 5 : 2), pitch: Double(pitch), timbre: style.keys.timbre,
            bus: .keys, gain: style.keys.level * 0.42 * velocity,
            pan: (order + strum) % 2 == 0 ? -0.35 : 0.35, brightness: 0.4 + 0.6 * velocity))
      }
    }
  }

  private mutating func addBass(_ bar: Int, _ degree: Int) {
    let level = form.level(bar)
    guard level >= 0.4 || bar == grid.bars - 1 else { return }
    let root = harmony.bass(degree: degree)
    let steps = Self.steps(bar == grid.bars - 1 ? "8..............." : style.bassPattern)
    for (index, step) in steps.enumerated() {
      let next = index + 1 < steps.count ? steps[index + 1].index : Grid.stepsPerBar
      let third = harmony.note(step: degree + 2) - harmony.note(step: degree)
      let interval = [6: 7, 5: 12, 4: third][step.velocity] ?? 0
      notes.append(
        Note(
          start: grid.frame(bar: bar, step: step.index),
          length: grid.length(steps: Double(next - step.index)),
          pitch: Double(root + interval), timbre: style.bass.timbre, bus: .bass,
          gain: style.bass.level * 0.26 * (0.5 + Float(step.velocity) / 18), pan: 0,
          brightness: 0.3 + 0.6 * level))
    }
  }

  private mutating func addLead(_ bar: Int, _ degree: Int, _ motif: Motif) {
    guard form.level(bar) >= 0.95 else { return }
    for tone in motif.tones(bar: bar) {
      notes.append(
        Note(
          start: grid.frame(bar: bar, step: tone.step), length: grid.length(steps: Double(tone.length)),
          pitch: Double(harmony.note(step: degree + tone.offset) + 12), timbre: style.lead.timbre, bus: .keys,
          gain: style.lead.level * 0.45, pan: 0.1, brightness: 0.7))
    }
  }

  private mutating func addDrums(_ bar: Int) {
    let level = form.level(bar)
    let rises = bar + 1 < grid.bars && form.level(bar + 1) >= level + 0.15
    if style.hasBooms, bar > 0, bar < grid.bars, form.begins(bar) || (level >= 0.75 && bar % 4 == 0) {
      hits.append(Hit(start: grid.frame(bar: bar, step: 0), drum: .boom, gain: 0.32 + 0.2 * level, pan: 0))
    }
    if style.hasBooms, rises {
      hits.append(Hit(start: grid.frame(bar: bar, step: 0), drum: .swell, gain: 0.16, pan: 0))
    }
    guard level >= 0.5 else { return }
    add(style.kick, .kick, bar, gain: 0.56, pan: 0)
    add(style.hat, .hat, bar, gain: 0.2, pan: 0.25)
    guard level >= 0.75 else { return }
    add(style.snare, .snare, bar, gain: 0.5, pan: -0.05)
    if rises, style.snare.contains(where: { $0 != "." }) {
      add("............3457", .snare, bar, gain: 0.4, pan: -0.1)
    }
  }

  private mutating func add(_ pattern: String, _ drum: Kit.Drum, _ bar: Int, gain: Float, pan: Float) {
    for step in Self.steps(pattern) {
      let loudness = gain * Float(step.velocity) / 9
      hits.append(Hit(start: grid.frame(bar: bar, step: step.index), drum: drum, gain: loudness, pan: pan))
    }
  }

  private static func steps(_ pattern: String) -> [(index: Int, velocity: Int)] {
    pattern.enumerated().compactMap { index, character in
      character.wholeNumberValue.map { (index, $0) }
    }
  }
}
