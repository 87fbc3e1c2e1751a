import CFFmpeg
import Glibc

/// What was made of some clips.
public struct StitchReport: Codable, Sendable, Equatable {
  /// How the frames came into the result.
  public enum Method: String, Codable, Sendable {
    /// The packets were copied; the frames are those of the clips, bit by bit.
    case copy
    /// Most packets were copied; what could not be was decoded, fitted and encoded again.
    case mixed
    /// The frames were decoded, fitted and encoded again.
    case encode
  }

  /// The number of frames, counted in the finished file.
  public let frameCount: Int
  /// The frames a second.
  public let fps: Rational
  /// `frameCount / fps`.
  public let durationSeconds: Double
  public let method: Method
  /// The number of frames that are those of the clips, bit by bit.
  public let copiedFrames: Int
  /// Why frames were encoded again, and what was cut, stretched or left out.
  public let notes: [String]
}

/// Joins clips into one video of a constant frame rate, without sound.
public enum Stitcher {
  /// Joins `inputs` in their order; the output is counted before it gets its name.
  ///
  /// Clips made like the first one that can be copied are copied; the rest is fitted to the first clip's size and to
  /// the rate, by default that of the first clip, and encoded again. With `frameCount`, the end is cut; up to half a
  /// second that is missing is made by stretching the last clip, and more throws `tooShort`. A frame that the next
  /// clip repeats is left out, unless the clips have exactly `frameCount` frames with it.
  public static func stitch(
    _ inputs: [String], to output: String, frameCount: Int? = nil, fps: Int? = nil,
    cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) -> StitchReport {
    var clips: [ClipScan] = []
    for input in inputs { clips.append(try ClipScan(input, cancel: cancel)) }
    var plan = try StitchPlan(clips, frameCount: frameCount, rate: fps.map { Rational($0, 1) })
    for index in clips.indices where plan.asks(about: index) {
      guard try RepeatedFrame.isFirst(of: clips[index], after: clips[index - 1], cancel) else { continue }
      plan.leaveOutRepeatedFrame(of: index)
    }
    let (pieces, notes) = try plan.assembly()
    let splice = try Splice(clips, pieces, rate: plan.rate, to: output, cancel)
    let copied = try splice.write()
    let total = pieces.reduce(0) { $0 + $1.count }
    let again = "\(total - copied) \(total - copied == 1 ? "frame was" : "frames were") encoded again."
    return StitchReport(
      frameCount: total, fps: plan.rate, durationSeconds: Double(total) / plan.rate.value,
      method: copied == total ? .copy : copied == 0 ? .encode : .mixed, copiedFrames: copied,
      notes: notes + (0 < copied && copied < total ? [again] : []))
  }
}

extension Stitcher {
  /// The frame rate that a result has whose first clip is `path`.
  public static func rate(
    of path: String, cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) -> Rational {
    try ClipScan(path, cancel: cancel).rate
  }
}

/// Pieces of clips on their way into one file.
private struct Splice {
  private let clips: [ClipScan]
  private let pieces: [StitchPlan.Piece]
  private let rate: Rational
  private let path: String
  private let size: (width: Int, height: Int)
  private let cancel: CancellationFlag

  init(
    _ clips: [ClipScan], _ pieces: [StitchPlan.Piece], rate: Rational, to path: String,
    _ cancel: CancellationFlag
  ) throws(MediaError) {
    guard let first = clips.first else {
      throw MediaError(.invalidArgument, "There are no clips to join.")
    }
    self.clips = clips
    self.pieces = pieces
    self.rate = rate
    self.path = path
    size = Fitting.outputSize(of: first)
    self.cancel = cancel
    try checkWork()
  }

  /// Refuses what would be encoded for hours, before anything is decoded.
  private func checkWork() throws(MediaError) {
    let encoded = pieces.filter { !$0.isCopied }
    let frames = encoded.reduce(0) { $0 + $1.count }
    guard Double(frames) <= Library.maximumEncodedSeconds * rate.value else {
      throw MediaError(
        .tooLarge,
        "\(frames) frames would have to be encoded again, more than \(Int(Library.maximumEncodedSeconds)) seconds."
      )
    }
    guard encoded.isEmpty || max(size.width, size.height) <= Library.maximumEncodedSide else {
      let side = Library.maximumEncodedSide
      throw MediaError(
        .tooLarge,
        "Pictures of \(size.width)×\(size.height) are not encoded again; at most \(side)×\(side) are.")
    }
    let pixels = encoded.reduce(0) { sum, piece in
      let (clip, shown) = (clips[piece.clip].parameters, clips[piece.clip].shown)
      return sum + shown * clip.width * clip.height + piece.count * size.width * size.height
    }
    guard pixels <= Library.maximumPixels else {
      throw MediaError(.tooLarge, "The clips have more pixels than are encoded again in one go.")
    }
  }

  /// Writes the file and returns the number of frames that were copied.
  func write() throws(MediaError) -> Int {
    let base = pieces.first(where: \.isCopied).map { clips[$0.clip] }
    if let base, pieces.allSatisfy(\.isCopied) {
      try copy(pieces.map { (clips[$0.clip], $0.count) }, base: base, configuration: nil)
    } else if let base, let likeness = try TrackLikeness(of: base, cancel: cancel),
      try mix(base, likeness)
    {
      return pieces.filter(\.isCopied).reduce(0) { $0 + $1.count }
    } else {
      let writer = try ClipWriter(
        path: path, width: size.width, height: size.height, rate: rate, cancel: cancel)
      for piece in whole { try append(piece, to: writer) }
      try writer.finish(verify: verify)
      return 0
    }
    return total
  }

  private var total: Int { pieces.reduce(0) { $0 + $1.count } }

  /// The pieces, with those that follow each other in one clip as one.
  private var whole: [StitchPlan.Piece] {
    pieces.reduce(into: []) { whole, piece in
      guard let last = whole.last, last.clip == piece.clip else { return whole.append(piece) }
      whole[whole.count - 1] = StitchPlan.Piece(
        clip: last.clip, first: last.first, count: last.count + piece.count,
        natural: last.natural + piece.natural, isCopied: false)
    }
  }

  /// Encodes what cannot be copied into files of their own and copies all together; false, with nothing written,
  /// when the parameter sets cannot be in one track.
  private func mix(_ base: ClipScan, _ likeness: TrackLikeness) throws(MediaError) -> Bool {
    var parts: [(ClipScan, Int)] = []
    var configuration = base.parameters.configuration
    let files = pieces.indices.map { "\(path).\($0)" }
    defer { for file in files { unlink(file) } }
    for (piece, file) in zip(pieces, files) {
      guard !piece.isCopied else {
        parts.append((clips[piece.clip], piece.count))
        continue
      }
      let writer = try ClipWriter(
        path: file, width: size.width, height: size.height, rate: rate, likeness: likeness, cancel: cancel)
      try append(piece, to: writer)
      try writer.finish()
      let made = try ClipScan(file, cancel: cancel)
      guard let own = made.parameters.configuration, let known = configuration else { return false }
      // The pieces that are encoded here all have the same parameter sets.
      if !own.sequenceSets.allSatisfy(known.sequenceSets.contains)
        || !own.pictureSets.allSatisfy(known.pictureSets.contains)
      {
        guard let joined = known.joined(with: own) else { return false }
        configuration = joined
      }
      parts.append((made, piece.count))
    }
    try copy(parts, base: base, configuration: configuration)
    return true
  }

  private func append(_ piece: StitchPlan.Piece, to writer: ClipWriter) throws(MediaError) {
    let conformer = try Conformer(clips[piece.clip], writer: writer, cancel: cancel)
    let stretch = piece.count > piece.natural ? Double(piece.count) / Double(piece.natural) : 1
    try conformer.append(frames: piece.count, stretch: stretch, from: piece.first)
  }

  private func copy(
    _ parts: [(clip: ClipScan, frames: Int)], base: ClipScan, configuration: AVCConfiguration?
  ) throws(MediaError) {
    let output = try OutputContainer(path: path, muxer: "mp4", cancel: cancel)
    let track = try CopiedTrack(of: base, configuration: configuration, in: output, cancel: cancel)
    try output.start(track.options(frames: total))
    let delay = parts.map { track.ticks($0.clip.delay, of: $0.clip) }.max() ?? 0
    var offset: Int64 = 0
    for (clip, frames) in parts {
      try track.append(clip, frames: frames, at: offset, delay: delay)
      offset += Int64(frames) * (base.step ?? 0)
    }
    try output.finish(verify: verify)
  }

  private func verify(_ part: String) throws(MediaError) {
    try Verification.check(part, frames: total, rate: rate, size: size, cancel: cancel)
  }
}
