import FoundationEssentials
import Media
import Testing

struct MixerTests {
  let folder: TemporaryFolder
  let video: String
  let music: String
  let output: String

  init() throws {
    folder = try TemporaryFolder()
    video = folder.path("video.mp4")
    music = folder.path("music.mp3")
    output = folder.path("final.mp4")
  }

  private func prepare(frames: Int, fps: Int = 30, samples: Int, level: Float = 0.5) throws {
    try Scene().write(0..<frames, to: video, fps: fps)
    let sound = tone(samples: samples, level: level)
    try AudioWriter.writeMP3(left: sound, right: sound, to: music)
  }

  @Test(arguments: [(30, 30, 96_000), (31, 30, 20_000), (25, 24, 50_000), (1, 30, 4_800)])
  func soundIsExactlyAsLongAsThePictures(frames: Int, fps: Int, samples: Int) throws {
    try prepare(frames: frames, fps: fps, samples: samples)
    let report = try Mixer.mix(
      video: video, music: music, volume: 0.7, to: output, frameCount: frames, fps: fps)
    #expect(report.audioSamples == Int((Double(frames) / Double(fps) * 48_000).rounded()))
    let info = try Probe.probe(output)
    let picture = try #require(info.videos.first)
    let sound = try #require(info.audios.first)
    #expect(picture.frameCount == frames && picture.startSeconds == 0)
    #expect(abs(picture.durationSeconds - Double(frames) / Double(fps)) < 1e-9)
    #expect(sound.codec == "aac" && sound.sampleRate == 48_000 && sound.channels == 2)
    #expect(sound.startSeconds == 0)
    #expect(abs(sound.durationSeconds - Double(report.audioSamples) / 48_000) < 1e-9)
    #expect(info.faststart)
  }

  @Test func picturesAreCopiedBitByBit() throws {
    try prepare(frames: 31, samples: 48_000)
    _ = try Mixer.mix(video: video, music: music, volume: 0.7, to: output, frameCount: 31, fps: 30)
    #expect(try decoded(output) == decoded(video))
  }

  @Test func withoutMusicThereIsNoSound() throws {
    try Scene().write(0..<10, to: video)
    let report = try Mixer.mix(
      video: video, music: nil, volume: 0.7, to: output, frameCount: 10, fps: 30)
    #expect(report.audioSamples == 0 && report.peak == 0)
    #expect(try Probe.probe(output).audios.isEmpty)
    #expect(try decoded(output) == decoded(video))
  }

  @Test func shortMusicIsRepeatedToTheEnd() throws {
    try prepare(frames: 60, samples: 48_000)
    let report = try Mixer.mix(
      video: video, music: music, volume: 1, to: output, frameCount: 60, fps: 30)
    let sound = try AudioReader.readFloat(output)
    #expect(report.notes == ["The music is 1.0 s long and was repeated to the end of the video."])
    for start in stride(from: 2_000, to: 68_000, by: 4_000) {
      #expect(try #require(sound.left[start..<start + 2_000].max()) > 0.3)
    }
    #expect(abs(sound.left[95_990]) < 0.02)
  }

  @Test func volumeIsAppliedToTheMusic() throws {
    try prepare(frames: 30, samples: 96_000)
    _ = try Mixer.mix(video: video, music: music, volume: 0.7, to: output, frameCount: 30, fps: 30)
    let before = try AudioReader.readFloat(music).left[10_000..<34_000]
    let after = try AudioReader.readFloat(output).left[10_000..<34_000]
    let level = { (part: ArraySlice<Float>) in part.reduce(0) { $0 + $1 * $1 } }
    #expect(abs((level(after) / level(before)).squareRoot() - 0.7) < 0.01)
  }

  @Test func musicThatWouldClipIsLimitedAndSaidSo() throws {
    try prepare(frames: 30, samples: 96_000, level: 0.9)
    let report = try Mixer.mix(
      video: video, music: music, volume: 3, to: output, frameCount: 30, fps: 30)
    #expect(report.peak > 2)
    #expect(report.notes.contains { $0.hasPrefix("The limiter turned peaks down") })
    #expect(try #require(report.loudness?.truePeak) <= -0.99)
    #expect(try AudioReader.readFloat(output).left.allSatisfy { abs($0) < 1 })
  }

  @Test func loudnessOfTheMixIsReported() throws {
    try prepare(frames: 30, samples: 48_000)
    let report = try Mixer.mix(video: video, music: music, volume: 0.7, to: output, frameCount: 30, fps: 30)
    // 440 Hz at half of full scale on both channels, which LAME lowers a little, times 0.7.
    #expect(abs(try #require(report.loudness?.integrated) + 9.9) < 0.5)
  }

  /// Writes a clip with a tone of its own and returns its name.
  private func writeSounding(_ name: String, level: Float) throws -> String {
    let own = folder.path(name)
    try prepare(frames: 30, samples: 48_000, level: level)
    _ = try Mixer.mix(video: video, music: music, volume: 1, to: own, frameCount: 30, fps: 30)
    return own
  }

  @Test(arguments: [true, false]) func ownSoundIsKeptWhenAsked(_ isKept: Bool) throws {
    let own = try writeSounding("own.mp4", level: 0.3)
    let report = try Mixer.mix(
      video: own, music: music, volume: 0.5, soundOf: isKept ? [own] : [], to: output, frameCount: 30, fps: 30
    )
    let level = try #require(try AudioReader.readFloat(output).left[10_000..<30_000].max())
    #expect(abs(level - (isKept ? 0.45 : 0.15)) < 0.03)
    let note =
      isKept ? "1 of 1 files have sound of their own, which was kept." : "The video's own sound was left out."
    #expect(report.notes == [note])
    #expect(try decoded(output) == decoded(video))
  }

  @Test func soundOfClipsIsHeardWhereTheyAreShown() throws {
    let loud = try writeSounding("loud.mp4", level: 0.6)
    let quiet = try writeSounding("quiet.mp4", level: 0.2)
    let silent = folder.path("silent.mp4")
    try Scene().write(0..<30, to: silent)
    _ = try Stitcher.stitch([loud, silent, quiet], to: video)
    let report = try Mixer.mix(
      video: video, music: nil, volume: 0.7, soundOf: [loud, silent, quiet], to: output, frameCount: 90,
      fps: 30)
    let sound = try AudioReader.readFloat(output).left
    let level = { (start: Int) in sound[start..<start + 20_000].max() ?? 0 }
    #expect(abs(level(10_000) - 0.6) < 0.05 && level(60_000) < 0.01 && abs(level(110_000) - 0.2) < 0.03)
    #expect(report.audioSamples == 144_000)
  }

  @Test(arguments: [(31, 30), (30, 25)])
  func videoOfAnotherLengthOrRateIsRefused(frames: Int, fps: Int) throws {
    try Scene().write(0..<30, to: video)
    let code = refusal {
      _ = try Mixer.mix(
        video: video, music: nil, volume: 1, to: output, frameCount: frames, fps: fps)
    }
    #expect(code == .mismatch)
    #expect(try folder.names() == ["video.mp4"])
  }

  @Test func damagedInputsLeaveNoOutput() throws {
    try Scene().write(0..<10, to: video)
    try Data("no music".utf8).write(to: URL(filePath: music))
    let mix = { (volume: Double) in
      _ = try Mixer.mix(
        video: video, music: music, volume: volume, to: output, frameCount: 10, fps: 30)
    }
    #expect(refusal { try mix(0.7) } == .notMedia)
    #expect(refusal { try mix(.nan) } == .invalidArgument)
    #expect(try folder.names().sorted() == ["music.mp3", "video.mp4"])
  }

  @Test func sameInputsGiveSameBytes() throws {
    try prepare(frames: 20, samples: 96_000)
    for name in ["a.mp4", "b.mp4"] {
      _ = try Mixer.mix(
        video: video, music: music, volume: 0.7, to: folder.path(name), frameCount: 20, fps: 30)
    }
    let files = FileManager.default
    #expect(files.contents(atPath: folder.path("a.mp4")) == files.contents(atPath: folder.path("b.mp4")))
  }
}
