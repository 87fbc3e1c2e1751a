import Contracts
import Glibc
import Testing

@testable import Score

private func compose(
  _ style: String = "electronic", mood: String = "energetic", bpm: Int = 120, seconds: Double = 1.5,
  seed: Int = 7
) -> StereoTrack {
  let audio = AudioSpec(musicStyle: style, tempo: "medium", mood: mood, bpm: bpm)
  return Score.compose(audio: audio, seconds: seconds, seed: seed)
}

private func decibels(_ value: Double) -> Double { 20 * log10(value) }

/// What is measured of a track.
private struct Measurement {
  var peak = 0.0
  var rms = 0.0
  var offset = 0.0

  init(_ track: StereoTrack) {
    let samples = (track.left + track.right).map(Double.init)
    for sample in samples {
      peak = max(peak, abs(sample))
      rms += sample * sample
      offset += sample
    }
    rms = (rms / Double(samples.count)).squareRoot()
    offset /= Double(samples.count)
  }
}

// One after another: synthesis without the optimiser keeps a thread busy that other suites wait for.
@Suite(.serialized)
struct ScoreTests {
  @Test(arguments: [0, 0.01, 0.5, 299.0 / 900, 0.500_01])
  func aPieceHasExactlyTheSamplesOfItsLength(seconds: Double) {
    let track = compose(seconds: seconds)
    #expect(track.left.count == Int((seconds * 48_000).rounded()))
    #expect(track.right.count == track.left.count && track.sampleRate == 48_000)
  }

  @Test(arguments: [
    "ambient", "cinematic", "electronic", "hip-hop", "lo-fi", "acoustic", "orchestral", "jazz", "rock", "",
  ])
  func aPieceIsLoudEnoughAndNeverOverloaded(style: String) {
    let measured = Measurement(compose(style, mood: "calm", seconds: 1))
    #expect(decibels(measured.peak) < -1)
    #expect(-18 < decibels(measured.rms) && decibels(measured.rms) < -14)
    #expect(abs(measured.offset) < 0.001)
  }

  @Test(arguments: ["ambient", "electronic"])
  func aPieceBeginsAndEndsInSilence(style: String) {
    let track = compose(style)
    for channel in [track.left, track.right] {
      #expect(abs(channel.first ?? 1) < 0.001 && abs(channel.last ?? 1) < 0.001)
      #expect(channel.prefix(480).allSatisfy { abs($0) < 0.4 })
      let ending = channel.suffix(4800).map(abs).max() ?? 1
      let middle = channel[24_000..<48_000].map(abs).max() ?? 0
      #expect(ending < middle / 3)
    }
  }

  @Test func aPieceWithoutDrumsHasNoClicks() {
    let track = compose("ambient", mood: "calm", bpm: 72, seconds: 1.5)
    for channel in [track.left, track.right] {
      let bends = zip(channel.dropFirst(2), zip(channel.dropFirst(), channel)).map { next, pair in
        abs(next - 2 * pair.0 + pair.1)
      }
      #expect((bends.max() ?? 1) < 0.05)
    }
  }

  @Test func theSameArgumentsGiveTheSamePiece() {
    let piece = compose(seconds: 0.5)
    #expect(compose(seconds: 0.5) == piece)
    #expect(compose(seconds: 0.5, seed: 8) != piece)
    #expect(compose(mood: "calm", seconds: 0.5) != piece)
    #expect(compose("jazz", seconds: 0.5) != piece)
  }

  @Test func theChannelsDiffer() {
    let track = compose("ambient", seconds: 0.5)
    #expect(track.left != track.right)
  }

  @Test(arguments: [(Int.min, 0), (0, Int.max), (100_000, Int.min), (1, -1)])
  func anyTempoAndSeedGiveSound(bpm: Int, seed: Int) {
    let track = compose("\u{0}🎻", mood: "🤷", bpm: bpm, seconds: 0.3, seed: seed)
    #expect(track.left.allSatisfy(\.isFinite) && Measurement(track).rms > 0.1)
  }
}

struct GridTests {
  @Test(arguments: [(120, 30.0, 15), (88, 30, 11), (100, 10, 4), (72, 300, 90), (120, 1, 1)])
  func theTempoBendsSoThatAPieceEndsWithABar(bpm: Int, seconds: Double, bars: Int) {
    let frames = Int(seconds * 48_000)
    let grid = Grid(bpm: bpm, frames: frames, swing: 0)
    #expect(grid.bars == bars)
    let wanted = 240 / Double(bpm) * 48_000
    #expect(abs(grid.framesPerBar / wanted - 1) <= 0.06)
    if seconds > 2 { #expect(grid.frame(bar: bars, step: 0) == frames) }
  }

  @Test func swingDelaysTheSecondEighth() {
    let straight = Grid(bpm: 120, frames: 480_000, swing: 0)
    let swung = Grid(bpm: 120, frames: 480_000, swing: 0.5)
    #expect(swung.frame(bar: 0, step: 4) == straight.frame(bar: 0, step: 4))
    #expect(swung.frame(bar: 0, step: 2) - straight.frame(bar: 0, step: 2) == 3000)
  }

  @Test(arguments: [4, 8, 15, 40, 120])
  func aPieceRisesAndEndsThin(bars: Int) {
    let form = Form(bars: bars)
    let levels = (0..<bars).map(form.level)
    #expect(levels[0] < 0.5 && levels[bars - 1] < 0.5)
    #expect((levels.max() ?? 0) >= 0.8)
    #expect((0..<bars).contains { form.begins($0) })
  }
}

struct HarmonyTests {
  @Test(arguments: Mood.allCases)
  func everyMoodHasChordsInTheMiddleOfTheKeyboard(mood: Mood) {
    for seed in 0..<8 {
      var random = SplitMix(state: UInt64(seed))
      let harmony = Harmony(mood: mood, style: .jazz, random: &random)
      for chord in 0..<4 {
        let degree = harmony.degree(chord: chord, isLast: false)
        #expect(harmony.voicing(degree: degree).allSatisfy { 53...67 ~= $0 })
        #expect(28...39 ~= harmony.bass(degree: degree))
      }
      #expect(harmony.degree(chord: 2, isLast: true) == 0)
    }
  }

  @Test(arguments: [
    ("uplifting sports advertisement vibe", Mood.inspiring), ("dark and mysterious", .mysterious),
    ("calm", .calm),
    ("", .warm), ("Happy, playful", .joyful),
  ])
  func aMoodIsReadFromWords(text: String, mood: Mood) { #expect(Mood.reading(text) == mood) }

  @Test(arguments: [
    ("Energetic Hip-Hop instrumental", "9.....7...8....."), ("deep house", "9...9...9...9..."),
    ("ambient drone", "................"), ("anything", "7.......4...5..."),
  ])
  func aStyleIsReadFromWords(text: String, kick: String) { #expect(Style.named(text).kick == kick) }

  @Test func everyPatternHasSixteenSteps() {
    for name in [
      "ambient", "cinematic", "electronic", "hip-hop", "lo-fi", "acoustic", "orchestral", "jazz", "rock",
    ] {
      let style = Style.named(name)
      for pattern in [style.keysPattern, style.bassPattern, style.kick, style.snare, style.hat] {
        #expect(pattern.count == 16)
      }
    }
  }
}
