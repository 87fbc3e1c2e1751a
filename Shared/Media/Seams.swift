import Glibc

/// How well a clip continues the one before it.
///
/// Grain and motion move PSNR and SSIM within one shot, so what counts is the join beside its neighbours: the
/// pairs of adjacent frames before and after it.
public struct Join: Codable, Sendable, Equatable {
  /// What a viewer would say.
  public enum Verdict: String, Codable, Sendable, CaseIterable {
    case good
    /// Someone who looks for it sees it.
    case visible
    /// It looks like a cut.
    case broken
  }

  /// The place of the clip that begins here; the first join is 1.
  public let clip: Int
  /// PSNR of luma over the join less the median of up to eight neighbouring pairs, in dB.
  ///
  /// What is more alike than the same picture encoded twice, 40 dB, counts as that: nobody sees the difference.
  public let relativePsnrDb: Double
  public let psnrDb: Double
  /// Of luma over the join, 1 for identical frames.
  public let ssim: Double
  /// The step in mean luma beyond the median step of the neighbouring pairs, in 8-bit levels.
  public let deltaY: Double
  public let deltaU: Double
  public let deltaV: Double
  /// The speed after the join over the speed before it; nil when nothing moves that could be followed.
  public let motionRatio: Double?
  /// Whether the clip begins with the frame that the one before ended with; the rest is then measured without it.
  public let isRepeated: Bool

  /// Below this relative PSNR a join is visible, and below the next one broken.
  public static let visibleDb = -2.0
  public static let brokenDb = -4.0
  /// The largest step of a mean that nobody sees, in 8-bit levels.
  public static let largestStep = 0.5
  /// The speeds before and after a join that look like one movement.
  public static let motionRatios = 0.5...2.0

  public var verdict: Verdict {
    if relativePsnrDb < Self.brokenDb { return .broken }
    let isSteady = motionRatio.map(Self.motionRatios.contains) ?? true
    let hasStep = [deltaY, deltaU, deltaV].contains { abs($0) > Self.largestStep }
    return relativePsnrDb < Self.visibleDb || hasStep || !isSteady ? .visible : .good
  }
}

/// The joins of a film.
public struct SeamReport: Codable, Sendable, Equatable {
  public let joins: [Join]

  /// What all steps of luma add up to; clip after clip grows darker or lighter when it is far from 0.
  public var drift: Double { joins.reduce(0) { $0 + $1.deltaY } }

  /// The largest drift over as many joins that is no finding: a level for every five.
  ///
  /// Clips begin with a key frame, which is coded a trace darker or lighter than what comes before it.
  public static func largestDrift(joins: Int) -> Double { max(1, Double(joins) / 5) }
}

/// Measures the joins between clips.
public enum Seams {
  /// Five pairs of frames and the one that may be repeated.
  private static let frames = 5

  /// Measures every join of clips in the order of the film; only frames near the joins are decoded.
  ///
  /// Clips of other sizes are fitted to the first one's. Throws for a clip that is damaged or has one frame only.
  public static func measure(
    _ inputs: [String], cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) -> SeamReport {
    var clips: [ClipScan] = []
    for input in inputs { clips.append(try ClipScan(input, cancel: cancel)) }
    guard let first = clips.first, clips.count > 1 else {
      throw MediaError(.invalidArgument, "A seam needs two clips.")
    }
    let ends = ClipEnds(like: first, cancel: cancel)
    var joins: [Join] = []
    for index in 1..<clips.count {
      let before = try ends.tail(of: clips[index - 1], count: frames)
      let after = try ends.head(of: clips[index], count: frames + 1)
      guard before.count > 1, after.count > 2 else {
        throw MediaError(
          .mismatch,
          "\(inputs[before.count > 1 ? index : index - 1]) has too few frames to measure its joins.")
      }
      joins.append(Join(clip: index, before: before, after: after))
    }
    return SeamReport(joins: joins)
  }
}

extension Join {
  /// Measures from the last frames before the join and the first ones after it.
  init(clip: Int, before: [Frame420], after: [Frame420]) {
    let whole = Self.likeness(before, after)
    let repeated = whole.join >= whole.neighbours + 3
    let after = Array(repeated ? after.dropFirst() : after.dropLast())
    let (psnr, neighbours) = Self.likeness(before, after)
    let (last, first) = (before[before.count - 1], after[0])
    let step = { (plane: (Frame420) -> [UInt8]) in Self.step(before.map(plane), after.map(plane)) }
    self.init(
      clip: clip, relativePsnrDb: min(psnr, Self.alike) - min(neighbours, Self.alike), psnrDb: psnr,
      ssim: Likeness.ssim(last.y, first.y, width: last.width, height: last.height), deltaY: step(\.y),
      deltaU: step(\.u), deltaV: step(\.v), motionRatio: Self.motionRatio(before, after), isRepeated: repeated
    )
  }

  /// As alike as the same picture encoded twice, in dB.
  private static let alike = 40.0

  private static func likeness(
    _ before: [Frame420], _ after: [Frame420]
  ) -> (join: Double, neighbours: Double) {
    let join = Likeness.psnr(before[before.count - 1].y, after[0].y)
    let neighbours = [before, Array(after.prefix(5))].flatMap { frames in
      zip(frames, frames.dropFirst()).map { Likeness.psnr($0.y, $1.y) }
    }
    return (join, median(neighbours))
  }

  /// The step of the mean over the join, less what it does between neighbours anyway.
  private static func step(_ before: [[UInt8]], _ after: [[UInt8]]) -> Double {
    let (before, after) = (before.map(Likeness.mean), after.map(Likeness.mean))
    let neighbours = [before, after].flatMap { means in zip(means, means.dropFirst()).map { $1 - $0 } }
    return after[0] - before[before.count - 1] - median(neighbours)
  }

  /// Measured over all frames of a side at once, because slow movement is lost between two of them.
  private static func motionRatio(_ before: [Frame420], _ after: [Frame420]) -> Double? {
    let speed = { (frames: [Frame420]) -> Double? in
      Motion.distance(frames[0], frames[frames.count - 1]).map { $0 / Double(frames.count - 1) }
    }
    guard let old = speed(before), let new = speed(after), max(old, new) >= stillness else { return nil }
    return max(new, 0.02) / max(old, 0.02)
  }

  /// Less than a quarter of a pixel a frame is no movement that one could see stop.
  private static let stillness = 0.25

  private static func median(_ values: [Double]) -> Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }
}
