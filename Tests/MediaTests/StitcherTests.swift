import FoundationEssentials
import Media
import Testing

struct StitcherTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Writes clips of these lengths that follow each other, and returns their paths.
  private func clips(_ lengths: [Int]) throws -> [String] {
    var start = 0
    return try lengths.enumerated().map { index, length in
      let path = folder.path("clip\(index).mp4")
      try Scene().write(start..<start + length, to: path)
      start += length
      return path
    }
  }

  @Test(arguments: [[30, 30, 30], [1, 31, 2], [31], [1, 1, 1], [7, 30, 13]])
  func clipsOfOneKindAreCopiedBitByBit(lengths: [Int]) throws {
    let clips = try clips(lengths)
    let output = folder.path("all.mp4")
    let total = lengths.reduce(0, +)
    let report = try Stitcher.stitch(clips, to: output, frameCount: total, fps: 30)
    #expect(report.method == .copy && report.frameCount == total && report.notes.isEmpty)
    #expect(try decoded(output) == clips.flatMap { try decoded($0) })
    let info = try Probe.probe(output)
    let video = try #require(info.videos.first)
    #expect(video.frameCount == total && video.fps == Rational(30, 1) && video.startSeconds == 0)
    #expect(abs(video.durationSeconds - Double(total) / 30) < 1e-9)
    #expect(info.faststart)
  }

  @Test func lengthAndRateComeFromTheClipsWhenNotGiven() throws {
    try Scene().write(0..<12, to: folder.path("a.mp4"), fps: 24)
    let report = try Stitcher.stitch([folder.path("a.mp4"), folder.path("a.mp4")], to: folder.path("o.mp4"))
    #expect(report.fps == Rational(24, 1) && report.frameCount == 24 && report.durationSeconds == 1)
  }

  @Test func otherSizeAndRateAreFittedToTheFirstClip() throws {
    let first = folder.path("first.mp4")
    let second = folder.path("second.mp4")
    try Scene().write(0..<15, to: first)
    try Scene(width: 96, height: 96).write(0..<12, to: second, fps: 24)
    let output = folder.path("all.mp4")
    let report = try Stitcher.stitch([first, second], to: output, frameCount: 30, fps: 30)
    #expect(report.method == .mixed && report.copiedFrames == 15 && report.notes.count == 2)
    let frames = try decoded(output)
    #expect(frames.count == 30)
    let joined = frames[20]
    #expect(joined.width == 160 && joined.height == 96)
    #expect(joined.y[48 * 160 + 3] <= 20, "The sides are black.")
    #expect(joined.y[48 * 160 + 80] > 40)
  }

  @Test(arguments: 0..<3)
  func onlyTheClipOfOtherSettingsIsEncodedAgain(place: Int) throws {
    var clips = try clips([10, 10])
    let quick = folder.path("quick.mp4")
    let other = try Scene().write(20..<30, to: quick, settings: ClipSettings(preset: "ultrafast"))
    clips.insert(quick, at: place)
    let output = folder.path("all.mp4")
    let report = try Stitcher.stitch(clips, to: output, frameCount: 30)
    // Its own settings are the measure for those behind it.
    let copied = place == 0 ? 10 : 20
    #expect(report.method == .mixed && report.copiedFrames == copied)
    #expect(report.notes.contains { $0.contains("was encoded with other settings.") })
    #expect(report.notes.last == "\(30 - copied) frames were encoded again.")
    let frames = try decoded(output)
    #expect(frames.count == 30)
    for (frame, wanted) in zip(frames[place * 10..<place * 10 + 10], other) {
      #expect(frame.likeness(to: wanted) > 30)
    }
    let sources = try clips.map { try decoded($0) }
    for index in 0..<3 where place == 0 ? index == 0 : index != place {
      #expect(Array(frames[index * 10..<index * 10 + 10]) == sources[index])
    }
  }

  @Test func clipsAreEncodedWhenNoneHasTheSizeOfTheResult() throws {
    let first = folder.path("first.mp4")
    let second = folder.path("second.mp4")
    try Scene().write(0..<5, to: first, fps: 24)
    try Scene(width: 96, height: 96).write(0..<6, to: second)
    let report = try Stitcher.stitch([first, second], to: folder.path("all.mp4"), fps: 30)
    #expect(report.method == .encode && report.frameCount == 12)
    #expect(report.notes.contains("Clip 2 has another size."))
  }

  @Test(arguments: [1, 2, 15, 29, 30, 31, 32, 47, 60, 75, 89])
  func clipsAreCutToAnyLengthAndCopiedAsFarAsPossible(length: Int) throws {
    let clips = try clips([30, 30, 30])
    let output = folder.path("all.mp4")
    let report = try Stitcher.stitch(clips, to: output, frameCount: length, fps: 30)
    #expect(report.frameCount == length && length - report.copiedFrames <= 2)
    let frames = try decoded(output)
    let sources = try clips.flatMap { try decoded($0) }
    #expect(frames.count == length)
    #expect(zip(frames, sources).filter { $0 == $1 }.count >= report.copiedFrames)
    for (frame, wanted) in zip(frames, sources) { #expect(frame.likeness(to: wanted) > 30) }
    #expect(report.notes.contains("Clip 3 was not needed.") == (length <= 60))
  }

  @Test(arguments: [(30, 5), (40, 10)])
  func framesBeyondTheLengthAreCut(length: Int, excess: Int) throws {
    let clips = try clips([30, length])
    let output = folder.path("all.mp4")
    let report = try Stitcher.stitch(clips, to: output, frameCount: 30 + length - excess, fps: 30)
    #expect(report.frameCount == 30 + length - excess)
    #expect(report.notes.contains("\(excess) frames were cut off the end."))
    let frames = try decoded(output)
    #expect(frames.count == report.frameCount)
    let sources = try clips.flatMap { try decoded($0) }
    #expect(try #require(frames.last).likeness(to: sources[report.frameCount - 1]) > 33)
  }

  @Test func repeatedFramesAreLeftOutBeforeTheEndIsCut() throws {
    let scene = try (0..<46).map { try Frame420(Scene().picture($0 * 3)) }
    let paths = try [0..<16, 15..<31, 30..<46].map { range in
      let path = folder.path("from\(range.lowerBound).mp4")
      let writer = try ClipWriter(path: path, width: 160, height: 96, fps: 30)
      for frame in scene[range] { try writer.append(frame) }
      try writer.finish()
      return path
    }
    let output = folder.path("all.mp4")
    let report = try Stitcher.stitch(paths, to: output, frameCount: 45, fps: 30)
    #expect(report.notes.filter { $0.contains("repeats the one before") }.count == 2)
    #expect(report.notes.contains("1 frame was cut off the end."))
    let frames = try decoded(output)
    #expect(frames.count == 45)
    for (frame, wanted) in zip(frames, scene) { #expect(frame.likeness(to: wanted) > 30) }
  }

  @Test func missingFramesAreMadeByStretchingTheLastClip() throws {
    let clips = try clips([20, 20])
    let report = try Stitcher.stitch(clips, to: folder.path("all.mp4"), frameCount: 44, fps: 30)
    #expect(report.method == .mixed && report.copiedFrames == 20 && report.frameCount == 44)
    #expect(report.notes.contains("The last clip was stretched from 20 to 24 frames."))
    let frames = try decoded(folder.path("all.mp4"))
    let last = try #require(try decoded(clips[1]).last)
    #expect(try #require(frames.last).likeness(to: last) > 33)
  }

  @Test func missingFramesAreCountedWhenTheyAreTooMany() throws {
    let clips = try clips([20, 20])
    do {
      _ = try Stitcher.stitch(clips, to: folder.path("all.mp4"), frameCount: 56, fps: 30)
      Issue.record("A wrong length was accepted.")
    } catch {
      #expect(error.code == .tooShort && error.missingFrames == 16)
      #expect(error.message.contains("40") && error.message.contains("56"))
    }
    #expect(try folder.names().count == 2)
  }

  @Test func framesBeyondWhatIsWorkedOnAreRefused() throws {
    let clips = try clips([20])
    let refused = refusal {
      _ = try Stitcher.stitch(clips, to: folder.path("all.mp4"), frameCount: 80_000, fps: 30)
    }
    #expect(refused == .tooLarge)
  }

  @Test func framesOfAFractionalRateAreCopied() throws {
    let clips = try clips([20, 20])
    for clip in clips { try ticks(of: clip, perSecond: 15_360, become: 15_345) }
    let output = folder.path("all.mp4")
    let report = try Stitcher.stitch(clips, to: output, frameCount: 40)
    #expect(report.method == .copy && report.fps == Rational(15_345, 512))
    #expect(try Probe.probe(output).videos.first?.fps == Rational(15_345, 512))
  }

  /// Changes the time base of a clip in its `mdhd` box (ISO/IEC 14496-12, 8.4.2).
  private func ticks(of path: String, perSecond: UInt32, become ticks: UInt32) throws {
    var bytes = [UInt8](try #require(FileManager.default.contents(atPath: path)))
    let place = try #require(bytes.indices.first { bytes[$0...].starts(with: Array("mdhd".utf8)) }) + 16
    let number = { (value: UInt32) in [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) } }
    try #require(Array(bytes[place..<place + 4]) == number(perSecond))
    bytes.replaceSubrange(place..<place + 4, with: number(ticks))
    try Data(bytes).write(to: URL(filePath: path))
  }

  @Test func cutOffClipIsRefusedAndLeavesNoOutput() throws {
    let clips = try clips([20, 45])
    let bytes = try #require(FileManager.default.contents(atPath: clips[1]))
    try bytes.prefix(bytes.count * 7 / 10).write(to: URL(filePath: clips[1]))
    #expect(refusal { _ = try Stitcher.stitch(clips, to: folder.path("all.mp4")) } == .corrupt)
    #expect(try folder.names().sorted() == ["clip0.mp4", "clip1.mp4"])
  }

  @Test func soundOfClipsIsLeftOutWithANote() throws {
    let clips = try clips([30])
    let music = folder.path("music.mp3")
    try AudioWriter.writeMP3(left: tone(samples: 48_000), right: tone(samples: 48_000), to: music)
    let mixed = folder.path("mixed.mp4")
    _ = try Mixer.mix(video: clips[0], music: music, volume: 1, to: mixed, frameCount: 30, fps: 30)
    let report = try Stitcher.stitch([mixed, clips[0]], to: folder.path("all.mp4"))
    #expect(report.method == .copy && report.notes == ["The sound of clip 1 was left out."])
    #expect(try Probe.probe(folder.path("all.mp4")).audios.isEmpty)
  }

  @Test func nothingToJoinAndCancelledWorkLeaveNothing() throws {
    let output = folder.path("all.mp4")
    #expect(refusal { _ = try Stitcher.stitch([], to: output) } == .invalidArgument)
    #expect(refusal { _ = try Stitcher.stitch([folder.path("no.mp4")], to: output) } == .missing)
    let clips = try clips([3])
    let flag = CancellationFlag()
    flag.cancel()
    #expect(refusal { _ = try Stitcher.stitch(clips, to: output, cancel: flag) } == .cancelled)
    #expect(try folder.names() == ["clip0.mp4"])
  }
}
