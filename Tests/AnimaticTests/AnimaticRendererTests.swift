import Contracts
import Media
import Testing

@testable import Animatic

struct AnimaticRendererTests {
  private let spec = plan(moves: [.dollyIn, .panRight], seconds: 6, fps: 10)
  private let reference: Picture

  init() {
    let size = Storyboard.referenceSize(forOutput: spec.width, spec.height)
    reference = Storyboard.draw(spec, width: size.width, height: size.height)
  }

  @Test(arguments: [1, 2, 7])
  func clipHasExactlyItsFrames(_ count: Int) throws {
    var chunk = spec.chunks[0]
    chunk.frameCount = count
    try withFolder { folder in
      var counted: [Int] = []
      let report = try AnimaticRenderer(spec: spec, reference: reference, startImage: reference, chunk: chunk)
        .render(to: folder + "/clip.mp4") { counted.append($0) }
      #expect(report.frameCount == count && report.source == .reference)
      #expect(counted == Array(1...count))
      let video = try #require(try Probe.probe(folder + "/clip.mp4").videos.first)
      #expect(video.frameCount == count && video.width == spec.width && video.height == spec.height)
    }
  }

  @Test func chunksJoinAsSmoothlyAsFramesInside() throws {
    let frames = try spec.chunks.flatMap { chunk in
      let shot = try Shot(
        spec: spec, reference: reference, startImage: chunk.index == 0 ? reference : nil, chunk: chunk)
      return draw(shot, 1...chunk.frameCount)
    }
    #expect(frames.count == spec.frameCount)
    let steps = zip(frames, frames.dropFirst()).map { likeness($0, $1) }
    for join in stride(from: spec.chunks[0].frameCount, to: frames.count - 4, by: spec.chunks[0].frameCount) {
      let near = (steps[(join - 5)..<(join - 1)] + steps[join..<(join + 4)]).sorted()
      #expect(steps[join - 1] - (near[3] + near[4]) / 2 > -1)
      #expect(steps[join - 1] < 60, "a repeated frame")
    }
  }

  @Test func chainedChunksSampleTheReferenceAndStaySharp() throws {
    try withFolder { folder in
      var start = reference
      var sharpness: [Double] = []
      for chunk in spec.chunks {
        let path = folder + "/\(chunk.index).mp4"
        let report = try AnimaticRenderer(spec: spec, reference: reference, startImage: start, chunk: chunk)
          .render(to: path)
        #expect(report.source == .reference, "\(report.likeness ?? 0) dB")
        start = try LastFrame.extract(from: path)
        sharpness.append(laplacian(try Frame420(start)))
      }
      #expect(sharpness[sharpness.count - 1] > sharpness[0] * 0.8)
      let again = try Shot(spec: spec, reference: reference, startImage: nil, chunk: spec.chunks[5])
      let direct = laplacian(draw(again, 10...10)[0])
      #expect(sharpness[5] > direct * 0.9)
    }
  }

  @Test func foreignImageIsWhatTheChunkBeginsWith() throws {
    let image = stripes(width: spec.width, height: spec.height)
    let shot = try Shot(spec: spec, reference: reference, startImage: image, chunk: spec.chunks[2])
    #expect(shot.source == .startImage)
    let frames = draw(shot, 1...10)
    let given = try Frame420(image)
    let own = try Shot(spec: spec, reference: reference, startImage: nil, chunk: spec.chunks[2])
    #expect(likeness(frames[0], given) > 20)
    #expect(likeness(frames[0], given) > likeness(frames[9], given))
    #expect(likeness(draw(own, 1...1)[0], given) < 15)
  }

  @Test func foreignImageIsOnlyApproached() {
    let path = CameraPath(spec)
    let approach = Approach(path, from: 2)
    var last = approach.pose(at: 2)
    #expect(last.zoom == 1 && last.centreX == 0.5 && last.centreY == 0.5)
    for frame in 1...50 {
      let pose = approach.pose(at: 2 + Double(frame) / 10)
      let view = View(pose, aspect: 16.0 / 9)
      #expect(pose.zoom > last.zoom)
      for line in [view.row(0, first: 0, step: 1), view.row(1, first: 0, step: 1)] {
        let ends = [line.x, line.x + line.stepX, line.y, line.y + line.stepY]
        #expect(ends.allSatisfy { (-1e-9...1 + 1e-9).contains($0) })
      }
      last = pose
    }
  }

  @Test func anotherFilmsFrameIsNotTakenForOurs() throws {
    for other in [plan(subject: .boat, setting: .sea, time: .dusk), plan(subject: .tree, seed: 8)] {
      let foreign = try Shot(spec: other, reference: nil, startImage: nil, chunk: spec.chunks[1])
      let start = try Picture(draw(foreign, 10...10)[0])
      let shot = try Shot(spec: spec, reference: reference, startImage: start, chunk: spec.chunks[2])
      #expect(shot.source == .startImage, "\(shot.likeness?.decibels ?? 0) dB")
    }
  }

  @Test func filmWithoutAnyImageDrawsItsStoryboard() throws {
    let bare = try Shot(spec: spec, reference: nil, startImage: nil, chunk: spec.chunks[0])
    let drawn = try Shot(spec: spec, reference: reference, startImage: reference, chunk: spec.chunks[0])
    #expect(draw(bare, 1...1) == draw(drawn, 1...1))
  }

  @Test(arguments: [(100, 100), (400, 120), (640, 360)])
  func referenceOfAnyShapeFillsTheFrame(_ width: Int, _ height: Int) throws {
    let picture = stripes(width: width, height: height)
    let shot = try Shot(spec: spec, reference: picture, startImage: picture, chunk: spec.chunks[0])
    #expect(shot.source == .reference)
    #expect(Set(draw(shot, 1...1)[0].y).count > 20)
  }

  @Test func cancelledRenderLeavesNoClip() throws {
    try withFolder { folder in
      let flag = CancellationFlag()
      #expect(throws: MediaError.self) {
        try AnimaticRenderer(spec: spec, reference: reference, startImage: reference, chunk: spec.chunks[0])
          .render(to: folder + "/clip.mp4", cancel: flag) { if $0 == 3 { flag.cancel() } }
      }
      #expect(throws: MediaError.self) { try Probe.probe(folder + "/clip.mp4") }
    }
  }

  private func draw(_ shot: Shot, _ range: ClosedRange<Int>) -> [Frame420] {
    range.map { index in
      var frame = Frame420(width: spec.width, height: spec.height)
      shot.draw(index, into: &frame)
      return frame
    }
  }

  /// The variance of the second differences, which falls when a picture gets softer.
  private func laplacian(_ frame: Frame420) -> Double {
    let width = frame.width
    let values = (width..<(frame.y.count - width)).map { index in
      let sides = Int(frame.y[index - 1]) + Int(frame.y[index + 1])
      return Double(
        sides + Int(frame.y[index - width]) + Int(frame.y[index + width]) - 4 * Int(frame.y[index]))
    }
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
  }
}
