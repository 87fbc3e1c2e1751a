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
  /// a fade, shorter music repeated with a crossfade. `soundOf` names files whose own sound is laid over it, at its
  /// own level and one after the other as their pictures follow: `video` itself, or the clips that it was made of.
  /// A limiter acts on what is above -1 dBTP, and a note says so. Without music and own sound the result is silent.
  public static func mix(
    video: String, music: String?, volume: Double, soundOf sources: [String] = [], to output: String,
    frameCount: Int, fps: Int, cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) -> MixReport {
    let clip = try ClipScan(video, cancel: cancel)
    try checkVideo(clip, frameCount: frameCount, fps: fps)
    guard (0...8).contains(volume) else {
      throw MediaError(.invalidArgument, "The volume \(volume) is not between 0 and 8.")
    }
    let samples = Int((Double(frameCount) / Double(fps) * Double(Verification.sampleRate)).rounded())
    let own = try ownSounds(of: sources, samples: samples, cancel)
    var sound: FittedSound?
    if music != nil || !own.isEmpty {
      // A little more than is needed tells whether there is something to cut.
      let limit = samples + FittedSound.tolerance + 1
      let track = try music.map { (path) throws(MediaError) in
        try AudioReader.readFloat(path, maximumSamples: limit, cancel: cancel)
      }
      sound = FittedSound(music: consume track, own: own, volume: volume, samples: samples)
    }
    try write(clip, sound, to: output, fps: fps, cancel)
    var notes = sound?.notes ?? []
    if !sources.isEmpty {
      notes.append("\(own.count) of \(sources.count) files have sound of their own, which was kept.")
    }
    if clip.hasSound, !sources.contains(video) { notes.append("The video's own sound was left out.") }
    return MixReport(
      frameCount: frameCount, fps: fps, durationSeconds: Double(frameCount) / Double(fps),
      audioSamples: sound == nil ? 0 : samples, peak: Double(sound?.peak ?? 0), loudness: sound?.loudness,
      notes: notes)
  }

  /// The sounds at the places where they are heard beside the pictures, none longer than its pictures.
  private static func ownSounds(
    of sources: [String], samples: Int, _ cancel: CancellationFlag
  ) throws(MediaError) -> [FittedSound.Placed] {
    var placed: [FittedSound.Placed] = []
    var seconds = 0.0
    for source in sources {
      let scan = try ClipScan(source, cancel: cancel)
      let rate = Double(Verification.sampleRate)
      if scan.hasSound {
        let info = try Probe.probe(source, cancel: cancel)
        let limit = Library.maximumSeconds
        let stated = (info.audios.first?.startSeconds ?? 0) - (info.videos.first?.startSeconds ?? 0)
        let lead = min(limit, max(-limit, stated))
        let length = max(1, Int(((scan.seconds - lead) * rate).rounded()))
        let sound = try AudioReader.readFloat(
          source, maximumSamples: min(length, max(1, samples + Int(-lead * rate))), cancel: cancel)
        let offset = Int(((seconds + lead) * rate).rounded())
        placed.append(FittedSound.Placed(left: sound.left, right: sound.right, offset: offset))
      }
      seconds += scan.seconds
    }
    return placed
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
