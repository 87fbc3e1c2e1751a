import CFFmpeg

/// Says what a media file holds.
public enum Probe {
  /// Reads the header and the beginning of the streams.
  public static func probe(
    _ path: String, cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) -> MediaInfo {
    let container = try InputContainer(path, analysing: true, cancel: cancel)
    let duration = container.raw.pointee.duration
    return MediaInfo(
      format: String(cString: container.raw.pointee.iformat.pointee.name),
      durationSeconds: duration == cffmpeg_no_timestamp ? 0 : Double(duration) / Double(AV_TIME_BASE),
      videos: container.streams(AVMEDIA_TYPE_VIDEO).map(video),
      audios: container.streams(AVMEDIA_TYPE_AUDIO).map(audio),
      faststart: try isFaststart(path))
  }

  /// The number of frames that are shown, counted by reading every packet to the end of the file.
  public static func countFrames(
    _ path: String, cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) -> Int {
    try ClipScan(path, cancel: cancel).shown
  }

  /// Whether the file's `moov` box comes before its `mdat` (ISO/IEC 14496-12, 4.2); false for other formats.
  public static func isFaststart(_ path: String) throws(MediaError) -> Bool {
    let order = try TopLevel(path).boxes.map(\.type)
    guard let index = order.firstIndex(of: "moov") else { return false }
    return order.firstIndex(of: "mdat").map { index < $0 } ?? true
  }

  private static func video(_ stream: UnsafeMutablePointer<AVStream>) -> MediaInfo.Video {
    let parameters = stream.pointee.codecpar.pointee
    let rate = stream.pointee.avg_frame_rate
    return MediaInfo.Video(
      codec: String(cString: avcodec_get_name(parameters.codec_id)),
      profile: text(avcodec_profile_name(parameters.codec_id, parameters.profile)),
      width: Int(parameters.width), height: Int(parameters.height),
      fps: Rational(Int(rate.num), Int(rate.den)),
      frameCount: stream.pointee.nb_frames > 0 ? Int(stream.pointee.nb_frames) : nil,
      pixelFormat: text(av_get_pix_fmt_name(AVPixelFormat(rawValue: parameters.format))),
      colorRange: known(av_color_range_name(parameters.color_range)),
      colorSpace: known(av_color_space_name(parameters.color_space)),
      colorPrimaries: known(av_color_primaries_name(parameters.color_primaries)),
      colorTransfer: known(av_color_transfer_name(parameters.color_trc)),
      rotation: stream.orientation.degrees, sampleAspectRatio: stream.pixelShape,
      startSeconds: seconds(stream.pointee.start_time, stream),
      durationSeconds: seconds(stream.pointee.duration, stream), timeBase: stream.tick)
  }

  private static func audio(_ stream: UnsafeMutablePointer<AVStream>) -> MediaInfo.Audio {
    let parameters = stream.pointee.codecpar.pointee
    return MediaInfo.Audio(
      codec: String(cString: avcodec_get_name(parameters.codec_id)),
      sampleRate: Int(parameters.sample_rate), channels: Int(parameters.ch_layout.nb_channels),
      startSeconds: seconds(stream.pointee.start_time, stream),
      durationSeconds: seconds(stream.pointee.duration, stream), bitRate: Int(parameters.bit_rate))
  }

  private static func seconds(_ ticks: Int64, _ stream: UnsafeMutablePointer<AVStream>) -> Double {
    ticks == cffmpeg_no_timestamp ? 0 : Double(ticks) * stream.tick.value
  }

  private static func text(_ name: UnsafePointer<CChar>?) -> String? {
    name.map { String(cString: $0) }
  }

  private static func known(_ name: UnsafePointer<CChar>?) -> String? {
    text(name).flatMap { $0 == "unknown" ? nil : $0 }
  }
}
