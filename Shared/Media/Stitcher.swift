import CFFmpeg

/// What was made of some clips.
public struct StitchReport: Codable, Sendable, Equatable {
  /// How the frames came into the result.
  public enum Method: String, Codable, Sendable {
    /// The packets were copied; the frames are those of the clips, bit by bit.
    case copy
    /// The frames were decoded, fitted and encoded again.
    case encode
  }

  /// The number of frames, counted in the finished file.
  public let frameCount: Int
  public let fps: Int
  /// `frameCount / fps`.
  public let durationSeconds: Double
  public let method: Method
  /// Why the clips were encoded again, and what was cut, stretched or left out.
  public let notes: [String]
}

/// Joins clips into one video of a constant frame rate, without sound.
public enum Stitcher {
  /// Joins `inputs` in their order; the output is counted before it gets its name.
  ///
  /// Clips that share their encoding are copied. Otherwise every clip is fitted to the first one's size and to
  /// the frame rate, and encoded again. `frameCount` may differ from the clips' sum by half a second.
  public static func stitch(
    _ inputs: [String], to output: String, frameCount: Int? = nil, fps: Int? = nil,
    cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) -> StitchReport {
    var clips: [ClipScan] = []
    for input in inputs { clips.append(try ClipScan(input, cancel: cancel)) }
    var plan = try StitchPlan(clips, frameCount: frameCount, fps: fps)
    if !plan.isCopy, plan.excess > 0 {
      for index in clips.indices.dropFirst()
      where try RepeatedFrame.isFirst(of: clips[index], after: clips[index - 1], cancel) {
        plan.leaveOutFirstFrame(of: index)
      }
    }
    if plan.isCopy {
      try copy(clips, plan, to: output, cancel)
    } else {
      try encode(clips, plan, to: output, cancel)
    }
    return StitchReport(
      frameCount: plan.total, fps: plan.fps, durationSeconds: Double(plan.total) / Double(plan.fps),
      method: plan.isCopy ? .copy : .encode, notes: plan.notes)
  }

  private static func copy(
    _ clips: [ClipScan], _ plan: StitchPlan, to path: String, _ cancel: CancellationFlag
  ) throws(MediaError) {
    guard let first = clips.first else { return }
    let output = try OutputContainer(path: path, muxer: "mp4", cancel: cancel)
    let track = try CopiedTrack(of: first, in: output, cancel: cancel)
    try output.start(track.options(frames: plan.total))
    let delay = clips.map(\.delay).max() ?? 0
    var offset: Int64 = 0
    for (clip, frames) in zip(clips, plan.frames) {
      try track.append(clip, frames: frames, at: offset, delay: delay)
      offset += Int64(frames) * (clip.step ?? 0)
    }
    try output.finish { part throws(MediaError) in
      try Verification.check(part, frames: plan.total, fps: plan.fps, cancel: cancel)
    }
  }

  private static func encode(
    _ clips: [ClipScan], _ plan: StitchPlan, to path: String, _ cancel: CancellationFlag
  ) throws(MediaError) {
    guard let first = clips.first else { return }
    let size = Fitting.outputSize(of: first)
    let writer = try ClipWriter(
      path: path, width: size.width, height: size.height, fps: plan.fps, cancel: cancel)
    for (index, clip) in clips.enumerated() {
      let stretch =
        index == clips.count - 1 && plan.frames[index] > plan.lastNatural
        ? Double(plan.frames[index]) / Double(plan.lastNatural) : 1
      let skipped = plan.repeating.contains(index) ? 1 : 0
      let conformer = try Conformer(clip, writer: writer, cancel: cancel)
      try conformer.append(frames: plan.frames[index], stretch: stretch, skipping: skipped)
    }
    try writer.finish { part throws(MediaError) in
      try Verification.check(part, frames: plan.total, fps: plan.fps, cancel: cancel)
    }
  }
}
