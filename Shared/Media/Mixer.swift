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
  /// The largest sample after the volume and before the limiter.
  public let peak: Double
  /// Of the sound before it was encoded; nil without sound.
  public let loudness: Loudness?
  /// What was done to the sound beyond its volume.
  public let notes: [String]
}

/// Puts music under a video.
public enum Mixer {
  /// Copies the pictures of `video` and encodes `music` beside them, exactly as long.
  ///
  /// `video` must have `frameCount` frames at `fps`. The music is multiplied by `volume`; longer music is cut with
  /// a fade, shorter music repeated with a crossfade. `keepingSound` lays the video's own sound over it, at its own
  /// level; otherwise that is left out. A limiter acts on what is above -1 dBTP, and a note says so. Without music
  /// and without own sound the result has no sound.
  public static func mix(
    video: String, music: String?, volume: Double, keepingSound: Bool = false, to output: String,
    frameCount: Int, fps: Int, cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) -> MixReport {
    let clip = try ClipScan(video, cancel: cancel)
    try checkVideo(clip, frameCount: frameCount, fps: fps)
    guard (0...8).contains(volume) else {
      throw MediaError(.invalidArgument, "The volume \(volume) is not between 0 and 8.")
    }
    let samples = Int((Double(frameCount) / Double(fps) * Double(Verification.sampleRate)).rounded())
    let keepsSound = keepingSound && clip.hasSound
    let sound = try fitted(
      music: music, own: keepsSound ? video : nil, volume: volume, samples: samples, cancel)
    try write(clip, sound, to: output, fps: fps, cancel)
    var notes = sound?.notes ?? []
    if clip.hasSound { notes.append("The video's own sound was \(keepsSound ? "kept" : "left out").") }
    if keepingSound, !clip.hasSound { notes.append("The video has no sound of its own.") }
    return MixReport(
      frameCount: frameCount, fps: fps, durationSeconds: Double(frameCount) / Double(fps),
      audioSamples: sound == nil ? 0 : samples, peak: Double(sound?.peak ?? 0), loudness: sound?.loudness,
      notes: notes)
  }

  private static func fitted(
    music: String?, own: String?, volume: Double, samples: Int, _ cancel: CancellationFlag
  ) throws(MediaError) -> FittedSound? {
    guard music != nil || own != nil else { return nil }
    var track: (left: [Float], right: [Float])?
    if let music {
      // A little more than is needed tells whether there is something to cut.
      track = try AudioReader.readFloat(
        music, maximumSamples: samples + FittedSound.tolerance + 1, cancel: cancel)
    }
    var placed: [FittedSound.Placed] = []
    if let own { placed = [try ownSound(of: own, samples: samples, cancel)] }
    return FittedSound(music: track, own: placed, volume: volume, samples: samples)
  }

  /// The video's sound at the place where it is heard beside the pictures.
  private static func ownSound(
    of video: String, samples: Int, _ cancel: CancellationFlag
  ) throws(MediaError) -> FittedSound.Placed {
    let info = try Probe.probe(video, cancel: cancel)
    let start = (info.audios.first?.startSeconds ?? 0) - (info.videos.first?.startSeconds ?? 0)
    let offset = Int((start * Double(Verification.sampleRate)).rounded())
    let sound = try AudioReader.readFloat(video, maximumSamples: max(1, samples - offset), cancel: cancel)
    return FittedSound.Placed(left: sound.left, right: sound.right, offset: offset)
  }

  private static func checkVideo(_ clip: ClipScan, frameCount: Int, fps: Int) throws(MediaError) {
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
