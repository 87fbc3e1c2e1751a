import Testing

@testable import Media

struct FittedSoundTests {
  private func fitted(_ music: [Float], volume: Double = 1, samples: Int) -> [Float] {
    FittedSound(music: (music, music), volume: volume, samples: samples).left
  }

  @Test(arguments: [0.7, 0.35, 1]) func everySampleIsMultipliedByExactlyTheVolume(_ volume: Double) {
    let music = tone(samples: 24_000)
    #expect(fitted(music, volume: volume, samples: 24_000) == music.map { $0 * Float(volume) })
  }

  @Test func longMusicIsCutWithAFade() {
    let music = [Float](repeating: 0.5, count: 400_000)
    let sound = fitted(music, samples: 300_000)
    #expect(sound.count == 300_000)
    #expect(sound[..<228_000].allSatisfy { $0 == 0.5 })
    #expect(sound[299_999] == 0)
    #expect(zip(sound[228_001...], sound[228_002...]).allSatisfy { $0 >= $1 })
    #expect(abs(sound[264_000] - 0.25) < 0.001, "Half-way the level is half.")
  }

  @Test func shortFilmHasAShorterFade() {
    let sound = fitted([Float](repeating: 0.5, count: 80_000), samples: 40_000)
    #expect(sound[..<30_000].allSatisfy { $0 == 0.5 } && sound[39_999] == 0)
  }

  /// Two signals that have nothing in common, as music and its own beginning, add up by their power.
  @Test func shortMusicGoesOverIntoItsOwnBeginningAtOneLevel() {
    var state: UInt32 = 7
    let music = (0..<96_000).map { _ -> Float in
      state = state &* 1_664_525 &+ 1_013_904_223
      return 0.3 * Float(Int32(bitPattern: state)) / Float(Int32.max)
    }
    let sound = fitted(music, samples: 192_000)
    let power = { (part: ArraySlice<Float>) in part.reduce(0) { $0 + $1 * $1 } / Float(part.count) }
    let whole = power(music[...])
    for start in stride(from: 68_000, to: 100_000, by: 4_000) {
      #expect(abs(power(sound[start..<start + 4_000]) / whole - 1) < 0.1)
    }
    #expect(sound[..<72_000] == music[..<72_000])
  }

  @Test func fewSamplesTooLittleAreNoReasonToRepeat() {
    let sound = FittedSound(
      music: (tone(samples: 47_000), tone(samples: 47_000)), volume: 1, samples: 48_000)
    #expect(sound.left.count == 48_000 && sound.notes.isEmpty)
    #expect(sound.left[47_000...].allSatisfy { $0 == 0 })
  }

  @Test(arguments: [1, 3, 1_000]) func veryShortMusicFillsTheFilm(_ count: Int) {
    let sound = fitted([Float](repeating: 0.4, count: count), samples: 48_000)
    #expect(sound.count == 48_000)
    #expect(sound[..<36_000].allSatisfy { $0 > 0.3 && $0 < 0.6 })
  }

  @Test(arguments: [(-500, 0.3), (0, 0.3), (4_000, 0)]) func ownSoundIsLaidWhereItIsHeard(
    offset: Int, before: Float
  ) {
    let own = FittedSound.Placed(
      left: [Float](repeating: 0.3, count: 10_000), right: [Float](repeating: 0.3, count: 10_000),
      offset: offset)
    let sound = FittedSound(music: nil, own: [own], volume: 0.7, samples: 48_000).left
    #expect(sound[2_000] == before)
    #expect(sound[offset + 5_000] == 0.3)
    #expect(sound[offset + 10_000] == 0)
  }
}
