/// Writes sound files.
public enum AudioWriter {
  /// Writes an MP3 of 192 kbit/s that decodes to exactly as many samples as it was given.
  ///
  /// The header that the muxer writes in front tells decoders how much of the codec's padding to leave out.
  /// Lengths of 1 to 46 samples over whole blocks of 1152 get a few samples of silence, which the header cannot
  /// tell of. `sampleRate` is 48 000; the channels have as many samples, at least one block. LAME lowers the
  /// level by 3 % at this bit rate, against clipping.
  public static func writeMP3(
    left: [Float], right: [Float], sampleRate: Int = 48_000, to path: String,
    cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) {
    guard left.count == right.count, left.count >= 1152, sampleRate == Verification.sampleRate else {
      throw MediaError(
        .invalidArgument,
        "Sound of \(left.count) and \(right.count) samples at \(sampleRate) Hz cannot be written; it takes two channels of one length, at least 1152 samples, at \(Verification.sampleRate) Hz."
      )
    }
    let output = try OutputContainer(path: path, muxer: "mp3", cancel: cancel)
    let track = try SoundTrack(left: left, right: right, codec: .mp3, in: output)
    try output.start([("write_xing", "1"), ("id3v2_version", "0")])
    try track.finish()
    try output.finish()
  }
}
