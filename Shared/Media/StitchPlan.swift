/// Decides how clips become one video: how many frames each gives, which of them are copied, and why not all.
struct StitchPlan {
  /// A run of frames from the beginning or, after a copied run, from the middle of a clip.
  struct Piece: Equatable {
    let clip: Int
    /// The first frame of the clip that is in it.
    let first: Int
    /// The number of frames in the result.
    let count: Int
    /// The number of frames of the clip that these are, fewer when they are stretched.
    let natural: Int
    let isCopied: Bool
  }

  /// The frame rate of the result.
  let rate: Rational
  /// The number of frames of the result, nil for all that the clips have.
  private let wanted: Int?
  private let clips: [ClipScan]
  /// The number of frames that each clip has at that rate, without a last one that the next clip repeats.
  private var natural: [Int]
  /// The clips whose first frame repeats the last one of the clip before.
  private(set) var repeating: [Int] = []

  /// Plans `clips` for `frameCount` frames at `rate`, by default their sum at the first clip's rate.
  init(_ clips: [ClipScan], frameCount: Int?, rate: Rational?) throws(MediaError) {
    guard let first = clips.first else {
      throw MediaError(.invalidArgument, "There are no clips to join.")
    }
    let rate = rate ?? first.rate
    guard (1...240).contains(rate.value) else {
      throw MediaError(.invalidArgument, "A video of \(rate.value) frames a second cannot be made.")
    }
    guard frameCount.map({ $0 > 0 }) ?? true else {
      throw MediaError(.invalidArgument, "A video has at least one frame.")
    }
    self.rate = rate
    self.clips = clips
    wanted = frameCount
    natural = clips.map { $0.frames(at: rate) }
    try Library.checkWork(frames: frameCount ?? natural.reduce(0, +), of: "The result")
  }

  /// Whether it matters that a clip may repeat the last frame of the one before: the result is to have no more
  /// frames than are there without it.
  func asks(about clip: Int) -> Bool {
    guard clip > 0, natural[clip - 1] > 1 else { return false }
    guard let wanted else { return true }
    return natural.reduce(0, +) > wanted && natural.prefix(clip).reduce(0, +) < wanted
  }

  /// Leaves out the last frame of the clip before, which `clip` repeats: the next frames need the repeated one.
  mutating func leaveOutRepeatedFrame(of clip: Int) {
    repeating.append(clip)
    natural[clip - 1] -= 1
  }

  /// The frames of the result in their order, and what its owner should know.
  ///
  /// Throws `tooShort` when the clips are more than half a second shorter than what is wanted.
  func assembly() throws(MediaError) -> (pieces: [Piece], notes: [String]) {
    let (counts, notes) = try counts()
    var pieces: [Piece] = []
    let base = base(counts)
    var obstacles: [String] = []
    for (index, count) in counts.enumerated() where count > 0 {
      if let reason = obstacle(of: clips[index], base: base) {
        obstacles.append("Clip \(index + 1) \(reason).")
        pieces.append(encoded(index, count: count))
      } else if count > natural[index] {
        pieces.append(encoded(index, count: count))
      } else {
        pieces += parts(of: index, count: count)
      }
    }
    let sounding = counts.indices.filter { counts[$0] > 0 && clips[$0].hasSound }
    return (pieces, obstacles + notes + sounding.map { "The sound of clip \($0 + 1) was left out." })
  }

  /// The number of frames that each clip gives: cut from the end, or the last one stretched.
  private func counts() throws(MediaError) -> (counts: [Int], notes: [String]) {
    var counts = natural
    var notes = repeating.filter { natural[$0 - 1] > 0 }.map {
      "The first frame of clip \($0 + 1) repeats the one before, which was left out."
    }
    let sum = counts.reduce(0, +)
    let wanted = wanted ?? sum
    if sum < wanted {
      let missing = wanted - sum
      guard Double(missing) * 2 <= rate.value else {
        throw MediaError(
          .tooShort,
          "The clips have \(sum) frames at \(rate.value) a second and \(wanted) are wanted: \(missing) are missing, and at most half a second can be stretched.",
          missingFrames: missing)
      }
      let last = counts.count - 1
      counts[last] += missing
      notes.append("The last clip was stretched from \(natural[last]) to \(counts[last]) frames.")
    }
    var rest = wanted
    for index in counts.indices {
      counts[index] = min(counts[index], rest)
      rest -= counts[index]
    }
    let excess = sum - wanted
    if excess > 0 { notes.append("\(excess) \(excess == 1 ? "frame was" : "frames were") cut off the end.") }
    for index in counts.indices where counts[index] == 0 { notes.append("Clip \(index + 1) was not needed.") }
    return (counts, notes)
  }

  private func encoded(_ index: Int, count: Int) -> Piece {
    Piece(clip: index, first: 0, count: count, natural: min(count, natural[index]), isCopied: false)
  }

  /// The packets that are exactly the first frames to be shown are copied; the few frames behind are not.
  private func parts(of index: Int, count: Int) -> [Piece] {
    let clip = clips[index]
    let copied = clip.lastEnd(upTo: count)
    var pieces: [Piece] = []
    if copied > 0 {
      pieces.append(Piece(clip: index, first: 0, count: copied, natural: copied, isCopied: true))
    }
    if copied < count {
      let rest = count - copied
      pieces.append(Piece(clip: index, first: copied, count: rest, natural: rest, isCopied: false))
    }
    return pieces
  }

  /// The clip that the others are made like: the first one whose packets can be copied and that has the size of
  /// the result.
  private func base(_ counts: [Int]) -> ClipScan? {
    guard let first = clips.first else { return nil }
    let size = Fitting.outputSize(of: first)
    return clips.indices.first { index in
      let parameters = clips[index].parameters
      return counts[index] > 0 && obstacle(of: clips[index]) == nil && parameters.width == size.width
        && parameters.height == size.height
    }.map { clips[$0] }
  }

  /// Why the packets of `clip` cannot be in a track of a constant rate, be it alone.
  private func obstacle(of clip: ClipScan) -> String? {
    guard clip.parameters.isPlainH264 else { return "is not 8-bit 4:2:0 H.264" }
    guard clip.hidden == 0 else { return "hides \(clip.hidden) frames with an edit list" }
    guard clip.step != nil else { return "has no constant frame rate" }
    guard clip.fps == rate else { return "does not have \(rate.value) frames a second" }
    guard clip.beginsWithKeyframe, clip.delay >= 0 else { return "does not begin with a key frame" }
    guard clip.orientation == .upright else { return "is turned" }
    guard clip.pixelShape == Rational(1, 1) else { return "has pixels that are not square" }
    guard clip.timeBase.numerator == 1 else { return "has an odd time base" }
    return nil
  }

  /// Why the packets of `clip` cannot be in one track with those of `base`, which has the size of the result.
  private func obstacle(of clip: ClipScan, base: ClipScan?) -> String? {
    if let reason = obstacle(of: clip) { return reason }
    guard let base else { return "has another size" }
    guard clip.timeBase == base.timeBase || clip.isOnGrid else { return "has another time base" }
    guard clip.parameters.width == base.parameters.width, clip.parameters.height == base.parameters.height
    else { return "has another size" }
    guard clip.parameters.color == base.parameters.color else { return "has other colour tags" }
    guard clip.parameters == base.parameters else { return "was encoded with other settings" }
    return nil
  }
}

extension ClipScan {
  /// The constant frame rate, or the whole number next to the mean of one that changes.
  var rate: Rational { fps ?? Rational(Int((Double(shown) / max(seconds, 0.001)).rounded()), 1) }

  /// The number of frames of the clip on a grid of that rate; measured, not promised.
  func frames(at rate: Rational) -> Int {
    fps == rate ? shown : max(1, Int((seconds * rate.value).rounded()))
  }

  /// The greatest number up to `count` for which the packets up to it are exactly as many frames to be shown.
  func lastEnd(upTo count: Int) -> Int {
    guard let step, count < times.count else { return min(count, times.count) }
    var latest = Int64.min
    var end = 0
    for (index, time) in times.prefix(count).enumerated() {
      latest = max(latest, time)
      if (latest - start) / step == Int64(index) { end = index + 1 }
    }
    return end
  }
}

extension ClipScan.Parameters {
  private static let h264: UInt32 = 27
  private static let hevc: UInt32 = 173
  private static let avc1: UInt32 = 0x3163_7661

  /// Whether films of this codec are made: H.264, or HEVC by way of a copy.
  var isForFilms: Bool { codec == Self.h264 || codec == Self.hevc }

  /// The decoder configuration of H.264; nil for other codecs and where it is in the stream.
  var configuration: AVCConfiguration? { codec == Self.h264 ? AVCConfiguration(extradata) : nil }

  /// Whether any H.264 decoder of a browser plays it: parameter sets out of band, no high profile beyond High.
  var isPlainH264: Bool {
    tag == Self.avc1 && configuration.map { [66, 77, 88, 100].contains($0.profile) } == true
  }
}
