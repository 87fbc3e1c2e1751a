/// How a piece is played: instruments, patterns and room.
///
/// A pattern has 16 sixteenths: `.` rests, a digit plays that loud. In the bass, 6 also means the fifth, 5 the
/// octave and 4 the third of the chord; all others its root.
struct Style: Sendable {
  var chordBars = 1
  var hasSevenths = false
  var swing = 0.0
  var pad = Part(.softPad, level: 0.5)
  var keys = Part(.pluck, level: 0.5)
  /// Which sixteenths the keys play, and whether whole chords.
  var keysPattern = "5.4.5.4.5.4.5.4."
  var keysPlayChords = false
  var bass = Part(.roundBass, level: 0.6)
  var bassPattern = "8.......7......."
  var lead = Part(.flute, level: 0.3)
  var kick = "................"
  var snare = "................"
  var hat = "................"
  /// Low drums on the first beat of a section.
  var hasBooms = false
  /// How far the pad gives way to the kick.
  var pump: Float = 0
  var reverb: Float = 0.25
  var delay: Float = 0.15

  struct Part: Sendable {
    var timbre: Timbre.Name
    var level: Float

    init(_ timbre: Timbre.Name, level: Float) {
      self.timbre = timbre
      self.level = level
    }
  }

  /// The style that `text` names; cinematic where it names none.
  static func named(_ text: String) -> Style {
    let text = text.lowercased()
    let known: [(names: [String], style: Style)] = [
      (["lo-fi", "lofi", "chill"], .loFi),
      (["hip-hop", "hip hop", "hiphop", "trap", "rap", "urban"], .hipHop),
      (["ambient", "drone", "meditat", "new age", "atmospheric"], .ambient),
      (["orchestra", "symphon", "classical", "strings", "waltz"], .orchestral),
      (["jazz", "swing", "bossa", "blues", "soul", "funk", "lounge"], .jazz),
      (["electro", "techno", "house", "edm", "synth", "dance", "disco", "trance"], .electronic),
      (["rock", "punk", "metal", "indie", "pop"], .rock),
      (["acoustic", "folk", "country", "guitar", "piano", "ukulele"], .acoustic),
    ]
    let style = known.first { entry in entry.names.contains { text.contains($0) } }?.style
    return style ?? .cinematic
  }
}

extension Style {
  static let ambient = Style(
    chordBars: 2, hasSevenths: true, pad: Part(.softPad, level: 0.8), keys: Part(.bell, level: 0.35),
    keysPattern: "5.....3.....4...", bass: Part(.sub, level: 0.5), bassPattern: "7...............",
    lead: Part(.flute, level: 0.25), reverb: 0.6, delay: 0.35)

  static let cinematic = Style(
    pad: Part(.strings, level: 0.65), keys: Part(.piano, level: 0.55), keysPattern: "6.4.5.4.6.4.5.3.",
    bass: Part(.sub, level: 0.6), bassPattern: "8...............", lead: Part(.strings, level: 0.3),
    kick: "7.......4...5...", hat: "..2...3...2...3.", hasBooms: true, reverb: 0.42, delay: 0.18)

  static let electronic = Style(
    pad: Part(.sawPad, level: 0.5), keys: Part(.pluck, level: 0.5), keysPattern: "7.535.637.535.64",
    bass: Part(.sawBass, level: 0.5), bassPattern: "..8...8...8...8.", lead: Part(.saw, level: 0.25),
    kick: "9...9...9...9...", snare: "....7.......7...", hat: "..6...6...6...63", hasBooms: true,
    pump: 0.6, reverb: 0.24, delay: 0.3)

  static let hipHop = Style(
    hasSevenths: true, swing: 0.2, pad: Part(.softPad, level: 0.35), keys: Part(.piano, level: 0.5),
    keysPattern: "6.....4...5.....", keysPlayChords: true, bass: Part(.sub, level: 0.8),
    bassPattern: "9.....7...8.....", lead: Part(.bell, level: 0.3), kick: "9.....7...8.....",
    snare: "....8.......8..2", hat: "5.3.5.3.5.3.5333", pump: 0.25, reverb: 0.18, delay: 0.15)

  static let loFi = Style(
    hasSevenths: true, swing: 0.3, pad: Part(.softPad, level: 0.4), keys: Part(.piano, level: 0.55),
    keysPattern: "6.......4...3...", keysPlayChords: true, bass: Part(.roundBass, level: 0.6),
    bassPattern: "8.....5...6.....", lead: Part(.flute, level: 0.25), kick: "7......37.......",
    snare: "....5.......5...", hat: "3.2.3.2.3.2.3.22", pump: 0.2, reverb: 0.25, delay: 0.15)

  static let acoustic = Style(
    pad: Part(.softPad, level: 0.22), keys: Part(.guitar, level: 0.6), keysPattern: "7.4.5.4.6.4.5.4.",
    bass: Part(.roundBass, level: 0.6), bassPattern: "8.......6.....4.", lead: Part(.flute, level: 0.3),
    kick: "6.......5.......", snare: "....2.......2...", hat: "3.2.4.2.3.2.4.2.", reverb: 0.28, delay: 0.08)

  static let orchestral = Style(
    pad: Part(.strings, level: 0.75), keys: Part(.pizzicato, level: 0.55), keysPattern: "6.4.5.4.6.4.5.4.",
    bass: Part(.strings, level: 0.5), bassPattern: "8.......6.......", lead: Part(.brass, level: 0.32),
    hasBooms: true, reverb: 0.45, delay: 0.05)

  static let jazz = Style(
    hasSevenths: true, swing: 0.6, pad: Part(.softPad, level: 0.2), keys: Part(.piano, level: 0.5),
    keysPattern: "....5.....4.....", keysPlayChords: true, bass: Part(.roundBass, level: 0.7),
    bassPattern: "7...4...6...5...", lead: Part(.flute, level: 0.35), kick: "4...3...4...3...",
    snare: ".......2......2.", hat: "5...6.3.5...6.3.", reverb: 0.22, delay: 0.05)

  static let rock = Style(
    pad: Part(.sawPad, level: 0.4), keys: Part(.guitar, level: 0.5), keysPattern: "7.5.6.5.7.5.6.5.",
    keysPlayChords: true, bass: Part(.sawBass, level: 0.5), bassPattern: "8.7.7.7.8.7.7.5.",
    lead: Part(.saw, level: 0.25), kick: "9.....6.9.8.....", snare: "....9.......9...",
    hat: "6.4.6.4.6.4.6.4.", reverb: 0.18, delay: 0.1)
}
