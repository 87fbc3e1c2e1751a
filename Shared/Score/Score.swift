public import Contracts

/// Music by synthesis: the local composer.
public enum Score {
  public static let sampleRate = 48_000

  /// A piece of music of exactly `round(seconds · 48000)` samples, always the same for the same arguments.
  ///
  /// It begins and ends in silence, peaks below -1 dBFS and has an RMS level of about -16 dBFS.
  public static func compose(audio: AudioSpec, seconds: Double, seed: Int) -> StereoTrack {
    let frames = max(0, Int((seconds * Double(sampleRate)).rounded()))
    guard frames > 0 else { return StereoTrack(left: [], right: []) }
    let style = Style.named(audio.musicStyle)
    var random = SplitMix(state: UInt64(bitPattern: Int64(seed)))
    let grid = Grid(bpm: audio.bpm, frames: frames, swing: style.swing)
    let harmony = Harmony(mood: Mood.reading(audio.mood), style: style, random: &random)
    let arrangement = Arrangement(style: style, harmony: harmony, grid: grid, random: &random)
    var synthesizer = Synthesizer(style: style, grid: grid, arrangement: arrangement)
    var track = synthesizer.render()
    Master.finish(&track, grid: grid)
    return track
  }
}

/// Two channels of equal length, samples between -1 and 1.
public struct StereoTrack: Sendable, Equatable {
  public var left: [Float]
  public var right: [Float]

  public var sampleRate: Int { Score.sampleRate }

  public init(left: [Float], right: [Float]) {
    self.left = left
    self.right = right
  }
}
