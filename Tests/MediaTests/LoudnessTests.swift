import Glibc
import Testing

@testable import Media

/// Seconds of a sine at a level in dBFS, on both channels.
private struct Part: Sendable {
  let seconds: Double
  let level: Double
}

/// The reference signals of EBU Tech 3341 and 3342 that are sines of 1 kHz.
private func sines(_ parts: [Part]) -> [Float] {
  let period = (0..<48).map { Float(sin(2 * Double.pi * Double($0) / 48)) }
  return parts.flatMap { part in
    let level = Float(pow(10, part.level / 20))
    return (0..<Int(part.seconds * 48_000)).map { period[$0 % 48] * level }
  }
}

struct LoudnessTests {
  /// Tech 3341, cases 1 to 5: what the meter must show for the programme, within 0.1 LU.
  @Test(
    arguments: [
      ([Part(seconds: 20, level: -23)], -23.0),
      ([Part(seconds: 20, level: -33)], -33.0),
      ([Part(seconds: 10, level: -36), Part(seconds: 60, level: -23), Part(seconds: 10, level: -36)], -23.0),
      (
        [
          Part(seconds: 10, level: -72), Part(seconds: 10, level: -36), Part(seconds: 60, level: -23),
          Part(seconds: 10, level: -36), Part(seconds: 10, level: -72),
        ], -23.0
      ),
      (
        [Part(seconds: 20, level: -26), Part(seconds: 20.1, level: -20), Part(seconds: 20, level: -26)], -23.0
      ),
    ])
  private func programmeHasTheLoudnessOfTheReference(_ parts: [Part], _ expected: Double) throws {
    let sound = sines(parts)
    let momentary = Loudness.windows(of: 4, in: KWeighting.power(left: sound, right: sound))
    #expect(abs(try #require(Loudness.integrated(momentary)) - expected) <= 0.1)
  }

  /// Tech 3342, cases 1 to 3, within 1 LU.
  @Test(arguments: [(-20.0, -30.0, 10.0), (-20.0, -15.0, 5.0), (-40.0, -20.0, 20.0)])
  func rangeIsThatOfTheReference(_ first: Double, _ second: Double, _ expected: Double) throws {
    let sound = sines([Part(seconds: 20, level: first), Part(seconds: 20, level: second)])
    let windows = Loudness.windows(of: 30, in: KWeighting.power(left: sound, right: sound))
    #expect(abs(try #require(Loudness.range(windows)) - expected) <= 1)
  }

  /// Tech 3341, cases 15 to 19: +0.2 and -0.4 dB are allowed.
  @Test(arguments: [
    (4.0, 0.5, 0.0, -6.0), (4, 0.5, 45, -6), (6, 0.5, 60, -6), (8, 0.5, 67.5, -6), (4, 1.41, 45, 3),
  ])
  func peakBetweenSamplesIsFound(divisor: Double, amplitude: Double, degrees: Double, expected: Double) {
    let sound = (0..<4800).map { index -> Float in
      let edge = min(1, Double(min(index, 4799 - index)) / 480)
      return Float(
        amplitude * edge * sin(2 * Double.pi * Double(index) / divisor + degrees * Double.pi / 180))
    }
    let peak = 20 * log10(Double(TruePeak.measure(left: sound, right: sound)))
    #expect(peak > expected - 0.4 && peak < expected + 0.2)
  }

  @Test func silenceHasNoLoudness() {
    let silence = [Float](repeating: 0, count: 96_000)
    let loudness = Loudness(left: silence, right: silence)
    #expect(loudness.integrated == nil && loudness.range == nil && loudness.truePeak == nil)
  }

  @Test func liveSoundMeasuresAsWithTheToolEverybodyHas() throws {
    let folder = try TemporaryFolder()
    let (left, right) = (liveSound(seed: 1), liveSound(seed: 2))
    try writeWAV(left: left, right: right, to: folder.path("live.wav"))
    let said = try ffmpeg([
      "-i", folder.path("live.wav"), "-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-",
    ])
    let loudness = Loudness(left: left, right: right)
    #expect(abs(try #require(loudness.integrated) - #require(number(after: "I:", in: said))) <= 0.1)
    #expect(abs(try #require(loudness.range) - #require(number(after: "LRA:", in: said))) <= 0.3)
    #expect(abs(try #require(loudness.truePeak) - #require(number(after: "Peak:", in: said))) <= 0.3)
  }

  /// Nine seconds of coloured noise that swells and falls.
  private func liveSound(seed: UInt32) -> [Float] {
    var state = seed
    var low: Float = 0
    return (0..<9 * 48_000).map { index in
      state = state &* 1_664_525 &+ 1_013_904_223
      let noise = Float(Int32(bitPattern: state)) / Float(Int32.max)
      low += (noise - low) * 0.15
      let swell = 0.1 + 0.4 * powf(sinf(Float.pi * Float(index) / 216_000), 2)
      return (low + 0.2 * noise) * swell
    }
  }
}

struct LimiterTests {
  /// A tone with a louder stretch in its middle.
  private func bursting(_ level: Float) -> [Float] {
    tone(samples: 12_000).enumerated().map { index, sample in
      (5_000..<6_500).contains(index) ? sample * level * 2 : sample
    }
  }

  @Test func soundBelowTheCeilingIsNotTouched() {
    var (left, right) = (bursting(0.88), tone(samples: 12_000))
    let before = (left, right)
    #expect(Limiter.limit(&left, &right).reduction == nil)
    #expect(left == before.0 && right == before.1)
  }

  @Test(arguments: [Float(1), 1.5, 3]) func peaksEndBelowTheCeiling(_ level: Float) throws {
    var (left, right) = (bursting(level), bursting(level))
    let (peak, reduction) = Limiter.limit(&left, &right)
    #expect(abs(try #require(reduction) - 20 * log10(Double(level) / 0.8912509)) < 0.5)
    #expect(TruePeak.measure(left: left, right: right) <= Limiter.ceiling * 1.0001 && peak <= Limiter.ceiling)
    #expect(try #require(left[5_500..<6_000].max()) > 0.8, "It is turned down no further than needed.")
  }

  @Test func peakAtTheVeryBeginningLeavesTheRestAsItIs() throws {
    var (left, right) = (tone(samples: 12_000), tone(samples: 12_000))
    left[10] = 1
    let before = left
    _ = Limiter.limit(&left, &right)
    #expect(TruePeak.measure(left: left, right: right) <= Limiter.ceiling * 1.0001)
    let change = zip(left[11_000...], before[11_000...]).map { abs($0 - $1) }.max()
    #expect(try #require(change) < 0.01)
  }

  @Test func onlyWhatIsNearAPeakIsTurnedDown() {
    var (left, right) = (bursting(1.5), tone(samples: 12_000))
    let before = left
    _ = Limiter.limit(&left, &right)
    #expect(left[..<4_500] == before[..<4_500])
    #expect(abs(left[11_900] - before[11_900]) < 0.05)
  }
}
