/// The film's frames: a constant grid that beats and chunks are laid on.
enum Timeline {
  /// Frames per second of every film.
  static let fps = 30
  /// What a film lasts when the request does not say.
  static let defaultSeconds = 30.0
  /// What an ad lasts when the request does not say.
  static let adSeconds = 10.0

  /// A part of the film.
  struct Span: Sendable, Equatable {
    /// Which of the weights it was made from.
    var source: Int
    var startFrame: Int
    var frameCount: Int

    var endFrame: Int { startFrame + frameCount }

    /// How many frames both have.
    func overlap(_ other: Span) -> Int {
      max(0, min(endFrame, other.endFrame) - max(startFrame, other.startFrame))
    }
  }

  /// The whole number of frames nearest to `seconds`, at least 1.
  static func frames(_ seconds: Double) -> Int { max(1, Int((seconds * Double(fps)).rounded())) }

  static func seconds(_ frames: Int) -> Double { Double(frames) / Double(fps) }

  /// Beats of these relative lengths over `frameCount` frames; the last absorbs the rounding.
  ///
  /// A film too short to give each beat a second keeps fewer: the first, the last and an even choice between.
  static func beats(weights: [Double], frameCount: Int) -> [Span] {
    for count in stride(from: weights.count, to: 1, by: -1) {
      let spans = scaled(evenChoice(of: weights, count: count), frameCount: frameCount)
      if spans.allSatisfy({ $0.frameCount >= fps }) { return spans }
    }
    let heaviest = weights.indices.max { weights[$0] < weights[$1] } ?? 0
    return [Span(source: heaviest, startFrame: 0, frameCount: frameCount)]
  }

  /// Chunks of `chunkSeconds` over `frameCount` frames; the last takes what is left, at least one frame.
  static func chunks(count: Int, chunkSeconds: Double, frameCount: Int) -> [Span] {
    let starts = (0..<count).map { index in
      // Rounded down, so that a last chunk shorter than a frame still gets one.
      min(frameCount - 1, Int((Double(index) * chunkSeconds * Double(fps) + 1e-6).rounded(.down)))
    }
    return starts.enumerated().map { index, start in
      let end = index + 1 < count ? starts[index + 1] : frameCount
      return Span(source: index, startFrame: start, frameCount: end - start)
    }
  }

  /// The beat that covers most of `chunk`; the earlier one on a tie.
  static func mainBeat(of chunk: Span, among beats: [Span]) -> Int {
    var best = 0
    for index in beats.indices where chunk.overlap(beats[index]) > chunk.overlap(beats[best]) { best = index }
    return best
  }

  private static func evenChoice(of weights: [Double], count: Int) -> [(source: Int, weight: Double)] {
    (0..<count).map { place in
      let source = (place * (weights.count - 1) + (count - 1) / 2) / max(1, count - 1)
      return (source, weights[source])
    }
  }

  private static func scaled(_ parts: [(source: Int, weight: Double)], frameCount: Int) -> [Span] {
    let total = parts.reduce(0) { $0 + $1.weight }
    var spans: [Span] = []
    var start = 0
    for (index, part) in parts.enumerated() {
      let share = Int((Double(frameCount) * part.weight / total).rounded())
      let frames = index + 1 < parts.count ? share : frameCount - start
      spans.append(Span(source: part.source, startFrame: start, frameCount: frames))
      start += frames
    }
    return spans
  }
}
