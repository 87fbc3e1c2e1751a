import FoundationEssentials
import Media
import Testing

struct FilmInspectionTests {
  let folder: TemporaryFolder
  let film: String

  init() throws {
    folder = try TemporaryFolder()
    film = folder.path("film.mp4")
  }

  /// Writes a film whose frames are numbered pictures of the scene; nil is a black one.
  private func write(_ frames: [Int?]) throws {
    let writer = try ClipWriter(path: film, width: 160, height: 96, fps: 30, settings: .quick)
    for frame in frames {
      if let frame {
        try writer.append(Scene().picture(frame))
      } else {
        try writer.append(Frame420(width: 160, height: 96))
      }
    }
    try writer.finish()
  }

  @Test func soundFilmHasNothingToReport() throws {
    try write((0..<45).map { $0 })
    let found = try FilmInspection.inspect(film)
    #expect(found.frameCount == 45 && found.decodedFrames == 45 && found.damage == nil)
    #expect(found.constantRate == Rational(30, 1))
    #expect(found.black.isEmpty && found.frozen.allSatisfy { $0.count < 10 } && found.sound == nil)
  }

  @Test func blackFramesAreFoundWhereTheyAre() throws {
    try write((0..<20).map { $0 } + Array(repeating: nil, count: 12) + (20..<30).map { $0 })
    #expect(try FilmInspection.inspect(film).black == [20..<32])
  }

  @Test func pictureThatStandsStillIsFoundWhereItIs() throws {
    try write((0..<20).map { $0 } + Array(repeating: 20, count: 30) + (21..<30).map { $0 })
    let long = try FilmInspection.inspect(film).frozen.filter { $0.count >= 10 }
    // A few frames around it differ by one pixel of movement.
    #expect(long.count == 1 && long[0].contains(20) && long[0].contains(49) && long[0].count < 40)
  }

  @Test func slowChangeIsNotStandingStill() throws {
    let writer = try ClipWriter(path: film, width: 160, height: 96, fps: 30, settings: .quick)
    for index in 0..<60 {
      var frame = Frame420(width: 160, height: 96)
      for pixel in frame.y.indices { frame.y[pixel] = UInt8(60 + pixel % 80 + index / 2) }
      try writer.append(frame)
    }
    try writer.finish()
    #expect(try FilmInspection.inspect(film).frozen.allSatisfy { $0.count < 8 })
  }

  @Test func soundIsListenedTo() throws {
    try write((0..<30).map { $0 })
    let music = folder.path("music.mp3")
    try AudioWriter.writeMP3(left: tone(samples: 48_000), right: tone(samples: 48_000), to: music)
    let mixed = folder.path("mixed.mp4")
    _ = try Mixer.mix(video: film, music: music, volume: 0.7, to: mixed, frameCount: 30, fps: 30)
    let sound = try #require(try FilmInspection.inspect(mixed).sound)
    #expect((48_000..<49_100).contains(sound.sampleCount))
    #expect(try #require(sound.loudness.integrated) < -8 && sound.waveform.columns.count == 1200)
  }

  @Test func damageInTheMiddleIsFound() throws {
    try write((0..<90).map { $0 })
    var bytes = try Data(contentsOf: URL(filePath: film))
    for index in bytes.count / 2..<bytes.count / 2 + 400 { bytes[index] = 0xFF }
    try bytes.write(to: URL(filePath: film))
    let found = try FilmInspection.inspect(film)
    #expect(found.damage != nil && found.decodedFrames < 90)
  }

  @Test func fileThatIsCutOffIsRefused() throws {
    try write((0..<30).map { $0 })
    let bytes = try Data(contentsOf: URL(filePath: film))
    try bytes.prefix(bytes.count * 2 / 3).write(to: URL(filePath: film))
    #expect(refusal { _ = try FilmInspection.inspect(film) } == .corrupt)
  }
}
