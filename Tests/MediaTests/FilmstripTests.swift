import FoundationEssentials
import Testing

@testable import Media

struct FilmstripTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ jpeg: String) throws -> Picture {
    try ffmpeg(["-i", jpeg, "-pix_fmt", "rgb24", "\(jpeg).png"])
    return try PNG.read("\(jpeg).png")
  }

  /// Writes a film of as many grey seconds, each lighter than the one before.
  private func writeSteps(_ seconds: Int, to path: String) throws {
    let writer = try ClipWriter(path: path, width: 320, height: 180, fps: 10, settings: .quick)
    for index in 0..<seconds * 10 {
      var frame = Frame420(width: 320, height: 180)
      frame.y = [UInt8](repeating: UInt8(40 + index / 10 * 10), count: 320 * 180)
      try writer.append(frame)
    }
    try writer.finish()
  }

  @Test(arguments: [
    (900, 30, 30, 30), (1, 30, 30, 1), (45, 30, 30, 2), (9000, 30, 90, 100), (3030, 30, 60, 51),
  ])
  func picturesAreWholeSecondsApartAndAtMostAHundred(frames: Int, fps: Int, interval: Int, count: Int) {
    let strip = Filmstrip(frameCount: frames, fps: fps, width: 1280, height: 720)
    #expect(strip.interval == interval && strip.count == count)
    #expect(strip.width == 160 && strip.height == 90)
  }

  @Test func uprightFilmHasUprightPictures() {
    let strip = Filmstrip(frameCount: 30, fps: 30, width: 720, height: 1280)
    #expect(strip.width == 90 && strip.height == 160)
  }

  @Test func cuesCoverTheFilmAndPointToThePictures() {
    let text = Filmstrip(frameCount: 335, fps: 30, width: 1280, height: 720).webVTT(sheet: "filmstrip.jpg")
    let cues = text.split(separator: "\n\n").map(String.init)
    #expect(cues.count == 13 && cues[0] == "WEBVTT")
    #expect(cues[1] == "00:00:00.000 --> 00:00:01.000\nfilmstrip.jpg#xywh=0,0,160,90")
    #expect(cues[12] == "00:00:11.000 --> 00:00:11.167\nfilmstrip.jpg#xywh=160,90,160,90\n")
  }

  @Test func everyPictureShowsItsSecond() throws {
    let film = folder.path("film.mp4")
    try writeSteps(13, to: film)
    let strip = Filmstrip(frameCount: 130, fps: 10, width: 320, height: 180)
    try strip.write(from: film, sheet: folder.path("s.jpg"), poster: folder.path("p.jpg"))
    try check(try read(folder.path("s.jpg")))
    let poster = try read(folder.path("p.jpg"))
    #expect(poster.width == 320 && poster.height == 180)
  }

  @Test func filmOfOneGroupOfPicturesIsWalkedThrough() throws {
    try writeSteps(13, to: folder.path("short.mp4"))
    let film = folder.path("film.mp4")
    try ffmpeg([
      "-i", folder.path("short.mp4"), "-c:v", "libx264", "-preset", "superfast", "-g", "250", "-keyint_min",
      "250",
      "-sc_threshold", "0", film,
    ])
    let strip = Filmstrip(frameCount: 130, fps: 10, width: 320, height: 180)
    try strip.write(from: film, sheet: folder.path("s.jpg"), poster: folder.path("p.jpg"))
    try check(try read(folder.path("s.jpg")))
  }

  /// The middle of every place is as light as its second.
  private func check(_ sheet: Picture) throws {
    #expect(sheet.width == 1600 && sheet.height == 180)
    for second in 0..<13 {
      let (x, y) = (second % 10 * 160 + 80, second / 10 * 90 + 45)
      let expected = Double(40 + second * 10 - 16) * 255 / 219
      #expect(abs(Double(sheet.pixels[(y * 1600 + x) * 3 + 1]) - expected) < 6)
    }
  }

  @Test func posterOfAClipIsSmallAndOfItsColours() throws {
    let clip = folder.path("clip.mp4")
    let frames = try Scene(width: 640, height: 176).write(0..<40, to: clip)
    try Poster.write(of: clip, to: folder.path("p.jpg"))
    let poster = try read(folder.path("p.jpg"))
    #expect(poster.width == 480 && poster.height == 132)
    let small = try Frame420(poster)
    #expect(abs(small.meanLuma - frames[30].meanLuma) < 1)
  }

  @Test func pictureSurvivesAsJPEG() throws {
    let picture = Scene().picture(0)
    let path = folder.path("p.jpg")
    try JPEG.write(picture, to: path, quantizer: 2)
    try JPEG.check(path)
    let read = try read(path)
    let error = zip(read.pixels, picture.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }
    #expect(Double(error) / Double(picture.pixels.count) < 4)
    let cut = try Data(contentsOf: URL(filePath: path)).dropLast(10)
    try Data(cut).write(to: URL(filePath: path))
    #expect(refusal { try JPEG.check(path) } == .corrupt)
  }

  @Test func waveformSwingsAsTheSoundDoes() {
    let sound = (0..<1000).map { Float($0 < 500 ? 0 : ($0 % 2 == 0 ? 0.5 : -0.25)) }
    let waveform = Waveform(left: sound, right: sound, columns: 10)
    #expect(waveform.columns == Array(repeating: 0...0, count: 5) + Array(repeating: -0.25...0.5, count: 5))
    let picture = waveform.picture(height: 41)
    let lit = { (x: Int) in (0..<41).count { picture.pixels[($0 * 10 + x) * 3] == 0x7A } }
    #expect(lit(0) == 1 && lit(9) == 16)
  }
}
