import Glibc
import Testing

@testable import Media

/// A wide landscape of soft waves that a camera pans over.
private struct Pan {
  var width = 160
  var height = 96
  /// Pixels a frame.
  var speed = 2.0
  var lift = 0

  func frame(at offset: Double) -> Frame420 {
    var frame = Frame420(width: width, height: height)
    for y in 0..<height {
      for x in 0..<width {
        let (u, v) = (Double(x) + offset, Double(y))
        let wave =
          40 * sin(0.11 * u + 0.05 * v) + 30 * sin(0.037 * u - 0.09 * v) + 20 * sin(0.23 * u + 0.19 * v)
        frame.y[y * width + x] = UInt8(120 + Int(wave.rounded()) + lift)
      }
    }
    return frame
  }

  /// Writes frames `range` of the pan as a clip.
  func write(_ range: Range<Int>, to path: String) throws {
    let writer = try ClipWriter(path: path, width: width, height: height, fps: 30, settings: .quick)
    for index in range { try writer.append(frame(at: Double(index) * speed)) }
    try writer.finish()
  }
}

struct SeamsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func join(_ write: (String, String) throws -> Void) throws -> Join {
    let (a, b) = (folder.path("a.mp4"), folder.path("b.mp4"))
    try write(a, b)
    return try #require(try Seams.measure([a, b]).joins.first)
  }

  @Test func clipThatGoesOnIsAGoodJoin() throws {
    let join = try join { a, b in
      try Pan().write(0..<31, to: a)
      try Pan().write(31..<62, to: b)
    }
    #expect(join.verdict == .good && !join.isRepeated && join.clip == 1)
    #expect(abs(join.relativePsnrDb) < 1 && abs(join.deltaY) < 0.2)
    #expect(abs(try #require(join.motionRatio) - 1) < 0.15)
  }

  @Test func frameThatComesTwiceIsSeenAndNotCounted() throws {
    let join = try join { a, b in
      try Pan().write(0..<31, to: a)
      try Pan().write(30..<61, to: b)
    }
    #expect(join.isRepeated && join.verdict == .good)
  }

  @Test(arguments: [(5, Join.Verdict.broken), (40, .broken)])
  func jumpIsBroken(frames: Int, verdict: Join.Verdict) throws {
    let join = try join { a, b in
      try Pan().write(0..<31, to: a)
      try Pan().write(31 + frames..<62 + frames, to: b)
    }
    #expect(join.verdict == verdict)
    #expect(join.relativePsnrDb < Join.brokenDb)
  }

  @Test func clipThatIsLighterIsVisible() throws {
    let join = try join { a, b in
      try Pan().write(0..<31, to: a)
      try Pan(lift: 2).write(31..<62, to: b)
    }
    #expect(abs(join.deltaY - 2) < 0.3)
    #expect(join.verdict != .good)
  }

  @Test(arguments: [(0.5, 0.25), (4.0, 2.0)]) func changeOfSpeedIsVisible(speed: Double, ratio: Double) throws
  {
    let join = try join { a, b in
      try Pan(speed: 2).write(0..<31, to: a)
      // The same place in the landscape, at another speed from there on.
      let writer = try ClipWriter(path: b, width: 160, height: 96, fps: 30, settings: .quick)
      for index in 1...31 { try writer.append(Pan().frame(at: 60 + Double(index) * speed)) }
      try writer.finish()
    }
    #expect(abs(try #require(join.motionRatio) - ratio) < 0.15 * ratio)
  }

  @Test func picturesWithoutMovementHaveNoRatio() throws {
    let join = try join { a, b in
      for path in [a, b] { try Pan(speed: 0).write(0..<20, to: path) }
    }
    #expect(join.motionRatio == nil && join.verdict == .good)
  }

  @Test func clipOfAnotherSizeIsFittedToTheFirst() throws {
    let join = try join { a, b in
      try Pan().write(0..<20, to: a)
      try Pan(width: 320, height: 192).write(20..<40, to: b)
    }
    #expect(join.verdict == .broken)
  }

  @Test func oneGroupOfPicturesIsMeasuredAsShortOnesAre() throws {
    let (a, b, long) = (folder.path("a.mp4"), folder.path("b.mp4"), folder.path("long.mp4"))
    try Pan().write(0..<70, to: a)
    try Pan().write(70..<100, to: b)
    try ffmpeg([
      "-i", a, "-c:v", "libx264", "-preset", "superfast", "-g", "250", "-bf", "3", "-crf", "16", long,
    ])
    let report = try Seams.measure([long, b])
    #expect(report.joins.map(\.verdict) == [.good])
  }

  @Test func seamsAddUpToADrift() throws {
    let paths = (0..<3).map { folder.path("\($0).mp4") }
    for (index, path) in paths.enumerated() {
      try Pan(lift: index).write(index * 31..<index * 31 + 31, to: path)
    }
    let report = try Seams.measure(paths)
    #expect(report.joins.map(\.clip) == [1, 2])
    #expect(abs(report.drift - 2) < 0.5)
  }

  @Test func tooFewOrDamagedClipsAreRefused() throws {
    let (a, b) = (folder.path("a.mp4"), folder.path("b.mp4"))
    try Pan().write(0..<20, to: a)
    try Pan().write(20..<21, to: b)
    #expect(refusal { _ = try Seams.measure([a]) } == .invalidArgument)
    #expect(refusal { _ = try Seams.measure([a, b]) } == .mismatch)
    #expect(refusal { _ = try Seams.measure([a, folder.path("none.mp4")]) } == .missing)
  }

  @Test func signalToNoiseIsThatOfTheToolEverybodyHas() throws {
    let (a, b) = (folder.path("a.mp4"), folder.path("b.mp4"))
    try Pan().write(0..<20, to: a)
    try Pan().write(20..<40, to: b)
    let said = try ffmpeg([
      "-i", a, "-i", b, "-filter_complex",
      "[0:v]trim=start_frame=19:end_frame=20,setpts=0[x];[1:v]trim=end_frame=1,setpts=0[y];[x][y]psnr",
      "-f", "null", "-",
    ])
    let join = try #require(try Seams.measure([a, b]).joins.first)
    #expect(abs(join.psnrDb - (try #require(number(after: "PSNR y:", in: said)))) < 0.01)
  }

  @Test func similarityIsThatOfItsDefinition() {
    let a = Pan(width: 40, height: 30).frame(at: 0).y
    let b = Pan(width: 40, height: 30, lift: 3).frame(at: 2).y
    #expect(abs(Likeness.ssim(a, b, width: 40, height: 30) - literal(a, b, 40, 30)) < 0.0005)
    #expect(abs(Likeness.ssim(a, a, width: 40, height: 30) - 1) < 0.0001)
  }

  /// The formula of Wang et al., window by window.
  private func literal(_ a: [UInt8], _ b: [UInt8], _ width: Int, _ height: Int) -> Double {
    var total = 0.0
    for top in 0...height - 11 {
      for left in 0...width - 11 {
        var (sum, p, q, pp, qq, pq) = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        for y in 0..<11 {
          for x in 0..<11 {
            let weight = exp(-(pow(Double(x - 5), 2) + pow(Double(y - 5), 2)) / 4.5)
            let index = (top + y) * width + left + x
            let (s, t) = (Double(a[index]), Double(b[index]))
            sum += weight
            (p, q) = (p + weight * s, q + weight * t)
            (pp, qq, pq) = (pp + weight * s * s, qq + weight * t * t, pq + weight * s * t)
          }
        }
        (p, q, pp, qq, pq) = (p / sum, q / sum, pp / sum, qq / sum, pq / sum)
        let (c1, c2) = (6.5025, 58.5225)
        total +=
          (2 * p * q + c1) * (2 * (pq - p * q) + c2)
          / ((p * p + q * q + c1) * (pp - p * p + qq - q * q + c2))
      }
    }
    return total / Double((height - 10) * (width - 10))
  }
}
