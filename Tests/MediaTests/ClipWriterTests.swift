import FoundationEssentials
import Media
import Testing

struct ClipWriterTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [(1, 30), (31, 30), (48, 24), (50, 25)])
  func clipHasExactlyItsFramesAtItsRate(count: Int, fps: Int) throws {
    let path = folder.path("clip.mp4")
    try Scene().write(0..<count, to: path, fps: fps)
    let info = try Probe.probe(path)
    let video = try #require(info.videos.first)
    #expect(video.frameCount == count)
    #expect(video.fps == Rational(fps, 1))
    #expect(video.startSeconds == 0)
    #expect(abs(video.durationSeconds - Double(count) / Double(fps)) < 1e-9)
    #expect(video.timeBase == Rational(1, fps * 512))
    #expect(try Probe.countFrames(path) == count)
  }

  @Test func clipIsTaggedForBrowsers() throws {
    let path = folder.path("clip.mp4")
    try Scene().write(0..<10, to: path)
    let info = try Probe.probe(path)
    let video = try #require(info.videos.first)
    #expect(video.codec == "h264" && video.profile == "High" && video.pixelFormat == "yuv420p")
    #expect(video.colorRange == "tv" && video.colorSpace == "bt709")
    #expect(video.colorPrimaries == "bt709" && video.colorTransfer == "bt709")
    #expect(video.sampleAspectRatio == Rational(1, 1) && video.rotation == 0)
    #expect(info.faststart && info.audios.isEmpty)
  }

  @Test func framesComeBackInOrderAndAlike() throws {
    let path = folder.path("clip.mp4")
    let written = try Scene().write(0..<40, to: path)
    let read = try decoded(path)
    #expect(read.count == 40)
    for (a, b) in zip(read, written) { #expect(a.likeness(to: b) > 36) }
  }

  @Test func sameFramesGiveSameBytes() throws {
    try Scene().write(0..<35, to: folder.path("a.mp4"))
    try Scene().write(0..<35, to: folder.path("b.mp4"))
    let files = FileManager.default
    #expect(files.contents(atPath: folder.path("a.mp4")) == files.contents(atPath: folder.path("b.mp4")))
  }

  @Test func picturesAndFramesGiveTheSameClip() throws {
    let scene = Scene()
    let writer = try ClipWriter(path: folder.path("a.mp4"), width: 160, height: 96, fps: 30)
    for k in 0..<5 { try writer.append(scene.picture(k)) }
    try writer.finish()
    try scene.write(0..<5, to: folder.path("b.mp4"))
    #expect(try decoded(folder.path("a.mp4")) == decoded(folder.path("b.mp4")))
  }

  @Test func impossibleClipsAreRefused() throws {
    let path = folder.path("clip.mp4")
    for (width, height, fps) in [(161, 96, 30), (160, 95, 30), (160, 96, 0)] {
      let code = refusal { _ = try ClipWriter(path: path, width: width, height: height, fps: fps) }
      #expect(code == .invalidArgument)
    }
    #expect(refusal { _ = try ClipWriter(path: path, width: 10_000, height: 96, fps: 30) } == .tooLarge)
    let elsewhere = folder.path("no/clip.mp4")
    #expect(refusal { _ = try ClipWriter(path: elsewhere, width: 160, height: 96, fps: 30) } == .missing)
    #expect(try folder.names().isEmpty)
  }

  @Test func frameOfAnotherSizeAndEmptyClipAreRefused() throws {
    let writer = try ClipWriter(path: folder.path("clip.mp4"), width: 160, height: 96, fps: 30)
    #expect(refusal { try writer.append(Frame420(width: 96, height: 160)) } == .invalidArgument)
    #expect(refusal { try writer.finish() } == .invalidArgument)
  }

  @Test func cancelledClipLeavesNothing() throws {
    let flag = CancellationFlag()
    do {
      let writer = try ClipWriter(
        path: folder.path("clip.mp4"), width: 160, height: 96, fps: 30, cancel: flag)
      for frame in try Scene().frames(0..<20) { try writer.append(frame) }
      flag.cancel()
      #expect(refusal { try writer.append(Frame420(width: 160, height: 96)) } == .cancelled)
      #expect(refusal { try writer.finish() } == .cancelled)
      #expect(try folder.names() == ["clip.mp4.part"])
    }
    #expect(try folder.names().isEmpty)
  }

  @Test func givenUpClipLeavesTheOldOne() throws {
    let path = folder.path("clip.mp4")
    try Scene().write(0..<3, to: path)
    do {
      let writer = try ClipWriter(path: path, width: 160, height: 96, fps: 30)
      try writer.append(Frame420(width: 160, height: 96))
    }
    #expect(try folder.names() == ["clip.mp4"])
    #expect(try Probe.countFrames(path) == 3)
  }

  @Test func fullDiskIsToldApartAndTransient() throws {
    try #require(FileManager.default.fileExists(atPath: "/dev/full"))
    try FileManager.default.createSymbolicLink(
      atPath: folder.path("clip.mp4.part"), withDestinationPath: "/dev/full")
    let error = #expect(throws: MediaError.self) {
      try Scene().write(0..<3, to: folder.path("clip.mp4"))
    }
    #expect(error?.code == .diskFull && error?.isTransient == true)
    #expect(try folder.names().isEmpty)
  }
}
