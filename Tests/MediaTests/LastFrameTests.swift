import FoundationEssentials
import Media
import Testing

struct LastFrameTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [1, 2, 30, 31, 59])
  func lastFrameIsTheLastOneWritten(count: Int) throws {
    let path = folder.path("clip.mp4")
    let written = try Scene().write(0..<count, to: path)
    let last = try #require(written.last)
    let extracted = try Frame420(LastFrame.extract(from: path))
    #expect(extracted.likeness(to: last) > 36)
    let decoded = try #require(try decoded(path).last)
    #expect(abs(extracted.meanLuma - decoded.meanLuma) <= 0.1)
    #expect(extracted.likeness(to: decoded) > 50)
  }

  @Test func lastFrameIsWrittenAsPNG() throws {
    try Scene().write(0..<9, to: folder.path("-i.mp4"))
    try LastFrame.extract(from: folder.path("-i.mp4"), toPNG: folder.path("last.png"))
    let extracted = try LastFrame.extract(from: folder.path("-i.mp4"))
    #expect(try PNG.read(folder.path("last.png")) == extracted)
  }

  @Test(arguments: [0.3, 0.6, 0.95, 0.999])
  func cutOffClipIsRefused(share: Double) throws {
    let clip = folder.path("clip.mp4")
    try Scene().write(0..<45, to: clip)
    let bytes = try #require(FileManager.default.contents(atPath: clip))
    let cut = folder.path("cut.mp4")
    try bytes.prefix(Int(Double(bytes.count) * share)).write(to: URL(filePath: cut))
    #expect(refusal { try LastFrame.extract(from: cut, toPNG: folder.path("last.png")) } == .corrupt)
    #expect(refusal { _ = try Probe.countFrames(cut) } == .corrupt)
    #expect(try folder.names().sorted() == ["clip.mp4", "cut.mp4"])
  }

  @Test func clipWithoutItsIndexIsCutOff() throws {
    let clip = folder.path("clip.mp4")
    try Scene().write(0..<5, to: clip)
    let bytes = try #require(FileManager.default.contents(atPath: clip))
    try bytes.prefix(200).write(to: URL(filePath: folder.path("cut.mp4")))
    #expect(refusal { _ = try LastFrame.extract(from: folder.path("cut.mp4")) } == .corrupt)
  }

  @Test(arguments: [
    "", "Not a video at all.", "#EXTM3U\n#EXTINF:1,\nclip.mp4\n", "ffconcat version 1.0\nfile clip.mp4\n",
  ])
  func whatIsNoMediaIsRefused(text: String) throws {
    try Scene().write(0..<2, to: folder.path("clip.mp4"))
    let path = folder.path("text.mp4")
    try Data(text.utf8).write(to: URL(filePath: path))
    #expect(refusal { _ = try LastFrame.extract(from: path) } == .notMedia)
    #expect(refusal { _ = try Probe.probe(path) } == .notMedia)
  }

  @Test func whatIsNoFileIsRefused() throws {
    #expect(refusal { _ = try LastFrame.extract(from: folder.path("no.mp4")) } == .missing)
    #expect(refusal { _ = try LastFrame.extract(from: "http://127.0.0.1/clip.mp4") } == .missing)
    #expect(refusal { _ = try LastFrame.extract(from: folder.root) } == .unreadable)
    #expect(refusal { _ = try LastFrame.extract(from: "") } == .invalidArgument)
    #expect(refusal { _ = try LastFrame.extract(from: "/dev/zero") } == .unreadable)
  }

  @Test func soundAloneHasNoLastFrame() throws {
    let path = folder.path("music.mp3")
    try AudioWriter.writeMP3(left: tone(samples: 4800), right: tone(samples: 4800), to: path)
    #expect(refusal { _ = try LastFrame.extract(from: path) } == .unsupported)
  }

  @Test func cancelledWorkStops() throws {
    let path = folder.path("clip.mp4")
    try Scene().write(0..<2, to: path)
    let flag = CancellationFlag()
    flag.cancel()
    #expect(refusal { _ = try LastFrame.extract(from: path, cancel: flag) } == .cancelled)
  }
}
