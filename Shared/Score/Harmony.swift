/// The chords of a piece.
struct Harmony: Sendable {
  /// MIDI number of the home note, between C and B below middle C.
  let root: Int
  private let scale: [Int]
  private let progression: [Int]
  private let hasSevenths: Bool

  init(mood: Mood, style: Style, random: inout SplitMix) {
    root = 48 + [0, 2, 3, 5, 7, 8, 9, 10][random.index(below: 8)]
    scale = mood.scale
    progression = mood.progressions[random.index(below: mood.progressions.count)]
    hasSevenths = style.hasSevenths || mood == .dreamy || mood == .elegant || mood == .romantic
  }

  /// The chord's step of the scale in a bar; the last chord is home.
  func degree(chord: Int, isLast: Bool) -> Int { isLast ? 0 : progression[chord % progression.count] }

  /// MIDI number of a step of the scale above the root; steps may be negative or beyond an octave.
  func note(step: Int) -> Int {
    let octave = Int((Double(step) / 7).rounded(.down))
    return root + 12 * octave + scale[step - 7 * octave]
  }

  /// The chord's notes close around the middle of the keyboard, so that voices move little.
  func voicing(degree: Int) -> [Int] {
    let steps = hasSevenths ? [0, 2, 4, 6] : [0, 2, 4]
    let notes = steps.map { step -> Int in
      var note = note(step: degree + step)
      while note < 53 { note += 12 }
      while note > 67 { note -= 12 }
      return note
    }
    return notes.sorted()
  }

  /// The chord's root for the bass, between E1 and D♯2.
  func bass(degree: Int) -> Int {
    var note = note(step: degree)
    while note > 39 { note -= 12 }
    while note < 28 { note += 12 }
    return note
  }
}
