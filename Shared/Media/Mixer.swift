import CFFmpeg

/// What was made of a video and its music.
public struct MixReport: Codable, Sendable, Equatable {
  /// The number of frames, counted in the finished file.
  public let frameCount: Int
  public let fps: Int
  /// `frameCount / fps`.
  public let durationSeconds: Double
  /// The samples of the sound at 48 kHz, 0 without music.
  public let audioSamples: Int
  /// The largest sample after the volume and before the guard against clipping.
  public let peak: Double
  /// What was done to the music beyond its volume.
  public let notes: [String]
}

/// Puts music under a video.
public enum Mixer {
  /// Copies the pictures of `video` and encodes `music` beside them, exactly as long.
  ///
  /// `video` must have `frameCount` frames at `fps`. The music is multiplied by `volume`, cut with a fade of
  /// 20 ms or filled up with silence; without music the result has no sound. Sound of `video` itself is left out.
  public static func mix(
    video: String, music: String?, volume: Double, to output: String, frameCount: Int, fps: Int,
    cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) -> MixReport {
    let clip = try ClipScan(video, cancel: cancel)
    try checkVideo(clip, frameCount: frameCount, fps: fps)
    guard (0...8).contains(volume) else {
      throw MediaError(.invalidArgument, "The volume \(volume) is not between 0 and 8.")
    }
    let samples = Int((Double(frameCount) / Double(fps) * Double(Verification.sampleRate)).rounded())
    var sound: FittedSound?
    if let music {
      // One sample more tells whether there is something to cut.
      let read = try AudioReader.readFloat(music, maximumSamples: samples + 1, cancel: cancel)
      sound = FittedSound(left: read.left, right: read.right, volume: volume, samples: samples)
    }
    try write(clip, sound, to: output, fps: fps, cancel)
    return MixReport(
      frameCount: frameCount, fps: fps, durationSeconds: Double(frameCount) / Double(fps),
      audioSamples: sound == nil ? 0 : samples, peak: Double(sound?.peak ?? 0),
      notes: (sound?.notes ?? []) + (clip.hasSound ? ["The video's own sound was left out."] : []))
  }

  private static func checkVideo(_ clip: ClipScan, frameCount: Int, fps: Int) throws(MediaError) {
    guard clip.parameters.isForFilms else {
      throw MediaError(
        .unsupported, "\(clip.path) is neither H.264 nor HEVC, and pictures are only copied here.")
    }
    guard clip.shown == frameCount, clip.hidden == 0, clip.fps == Rational(fps, 1), clip.delay >= 0 else {
      throw MediaError(
        .mismatch,
        "\(clip.path) has \(clip.shown) frames in \(clip.seconds) s, not \(frameCount) at \(fps) a second.")
    }
  }

  private static func write(
    _ clip: ClipScan, _ sound: FittedSound?, to path: String, fps: Int, _ cancel: CancellationFlag
  ) throws(MediaError) {
    let output = try OutputContainer(path: path, muxer: "mp4", cancel: cancel)
    let pictures = try CopiedTrack(of: clip, in: output, cancel: cancel)
    var track: SoundTrack?
    if let sound {
      track = try SoundTrack(left: sound.left, right: sound.right, codec: .aac, in: output)
    }
    try output.start(pictures.options(frames: clip.shown, packets: track?.packetCount ?? 0))
    try pictures.append(clip, frames: clip.shown, at: 0, delay: clip.delay) { seconds throws(MediaError) in
      try track?.advance(to: seconds)
    }
    try track?.finish()
    let samples = sound?.left.count
    try output.finish { part throws(MediaError) in
      try Verification.check(part, frames: clip.shown, fps: fps, samples: samples, cancel: cancel)
    }
  }
}
