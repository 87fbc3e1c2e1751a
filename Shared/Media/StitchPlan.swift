/// Decides how clips become one video: which are copied, how many frames each gives, and why if not copied.
struct StitchPlan: Equatable {
  /// The frame rate of the result.
  let fps: Int
  /// The number of frames that each clip gives to the result.
  private(set) var frames: [Int]
  /// The number of frames that the last clip has at that rate, before it is cut or stretched.
  private(set) var lastNatural: Int
  /// Why the packets cannot be copied; empty when they can.
  let obstacles: [String]
  /// The clips whose sound is left out.
  private let sounding: [Int]
  /// The clips whose first frame repeats the last one of the clip before, and is left out.
  private(set) var repeating: [Int] = []

  /// The number of frames of the result.
  var total: Int { frames.reduce(0, +) }
  /// Whether the packets are copied.
  var isCopy: Bool { obstacles.isEmpty }

  /// Plans `clips` for `frameCount` frames at `fps`, by default their sum at the first clip's rate.
  ///
  /// Throws `mismatch` when the clips are more than half a second longer or shorter than asked.
  init(_ clips: [ClipScan], frameCount: Int?, fps: Int?) throws(MediaError) {
    guard let first = clips.first, let last = clips.last else {
      throw MediaError(.invalidArgument, "There are no clips to join.")
    }
    let rate = fps ?? Int(Self.rate(of: first).rounded())
    guard (1...240).contains(rate) else {
      throw MediaError(.invalidArgument, "A video of \(rate) frames a second cannot be made.")
    }
    var frames = clips.map { Self.frames(of: $0, at: rate) }
    let sum = frames.reduce(0, +)
    let difference = (frameCount ?? sum) - sum
    lastNatural = frames[frames.count - 1]
    guard abs(difference) * 2 <= rate, lastNatural + difference > 0 else {
      throw MediaError(
        .mismatch,
        "The clips have \(sum) frames at \(rate) a second and \(sum + difference) are wanted; at most half a second can be cut or stretched."
      )
    }
    frames[frames.count - 1] += difference
    var obstacles: [String] = []
    for (index, clip) in clips.enumerated() {
      if let reason = Self.obstacle(of: clip, first: first, rate: rate) {
        obstacles.append("Clip \(index + 1) \(reason).")
      }
    }
    if obstacles.isEmpty, difference > 0 || !last.canEnd(after: lastNatural + difference) {
      obstacles.append("The last clip cannot be copied at another length.")
    }
    self.fps = rate
    self.frames = frames
    self.obstacles = obstacles
    sounding = clips.indices.filter { clips[$0].hasSound }
  }

  /// What the result's owner should know.
  var notes: [String] {
    var notes = obstacles
    notes += repeating.map { "The first frame of clip \($0 + 1) repeats the one before and was left out." }
    if excess > 0 { notes.append("\(excess) \(excess == 1 ? "frame was" : "frames were") cut off the end.") }
    if excess < 0 {
      notes.append("The last clip was stretched from \(lastNatural) to \(lastNatural - excess) frames.")
    }
    return notes + sounding.map { "The sound of clip \($0 + 1) was left out." }
  }

  /// The number of frames that are to be cut off the end.
  var excess: Int { lastNatural - (frames.last ?? 0) }

  /// Leaves out the first frame of a clip instead of one at the end.
  mutating func leaveOutFirstFrame(of clip: Int) {
    let last = frames.count - 1
    guard excess > 0, clip > 0, frames[clip] > 1, !repeating.contains(clip) else { return }
    repeating.append(clip)
    frames[clip] -= 1
    frames[last] += 1
    if clip == last { lastNatural -= 1 }
  }

  private static func rate(of clip: ClipScan) -> Double {
    clip.fps?.value ?? Double(clip.shown) / max(clip.seconds, 0.001)
  }

  private static func frames(of clip: ClipScan, at fps: Int) -> Int {
    clip.fps == Rational(fps, 1) ? clip.shown : max(1, Int((clip.seconds * Double(fps)).rounded()))
  }

  /// Why the packets of `clip` cannot follow those of `first` in one track of a constant rate.
  private static func obstacle(of clip: ClipScan, first: ClipScan, rate: Int) -> String? {
    guard clip.parameters.isPlainH264 else { return "is not 8-bit 4:2:0 H.264" }
    guard clip.hidden == 0 else { return "hides \(clip.hidden) frames with an edit list" }
    guard clip.step != nil else { return "has no constant frame rate" }
    guard clip.fps == Rational(rate, 1) else { return "does not have \(rate) frames a second" }
    guard clip.beginsWithKeyframe, clip.delay >= 0 else { return "does not begin with a key frame" }
    guard clip.orientation == .upright else { return "is turned" }
    guard clip.pixelShape == Rational(1, 1) else { return "has pixels that are not square" }
    guard clip.timeBase == first.timeBase, clip.timeBase.numerator == 1 else {
      return "has another time base"
    }
    guard clip.parameters.width == first.parameters.width, clip.parameters.height == first.parameters.height
    else { return "has another size" }
    guard clip.parameters.color == first.parameters.color else { return "has other colour tags" }
    guard clip.parameters == first.parameters else { return "was encoded with other settings" }
    return nil
  }
}

extension ClipScan {
  /// Whether the packets up to number `count` are exactly the first `count` frames to be shown.
  func canEnd(after count: Int) -> Bool {
    guard count < times.count else { return count == times.count }
    guard count > 0, let kept = times.prefix(count).max(), let dropped = times.dropFirst(count).min() else {
      return false
    }
    return kept < dropped
  }
}

extension ClipScan.Parameters {
  private static let h264: UInt32 = 27
  private static let avc1: UInt32 = 0x3163_7661

  /// Whether any H.264 decoder of a browser plays it: parameter sets out of band, no high profile beyond High.
  var isPlainH264: Bool {
    codec == Self.h264 && tag == Self.avc1 && extradata.count > 6 && extradata[0] == 1
      && [66, 77, 88, 100].contains(extradata[1])
  }
}
