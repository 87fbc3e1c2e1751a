import CFFmpeg
import Glibc

/// A file being muxed: written as `path.part`, renamed when complete, removed when given up.
final class OutputContainer {
  let raw: UnsafeMutablePointer<AVFormatContext>
  private let path: String
  /// Held because libav polls it while writing.
  private let cancel: CancellationFlag
  private var isOpen = true

  /// Opens `path.part` for the muxer of that libav name.
  init(path: String, muxer: String, cancel: CancellationFlag) throws(MediaError) {
    let url = try Library.url(File.part(of: path))
    var context: UnsafeMutablePointer<AVFormatContext>?
    try check(
      avformat_alloc_output_context2(&context, nil, muxer, url), "Could not prepare \(path)")
    guard let raw = context else { throw .outOfMemory }
    self.raw = raw
    self.path = path
    self.cancel = cancel
    // No encoder names or dates in the file: the same input gives the same bytes.
    raw.pointee.flags |= AVFMT_FLAG_BITEXACT
    raw.pointee.interrupt_callback = cancel.interrupt
    var options = try Options([("protocol_whitelist", "file")])
    let opened = avio_open2(
      &raw.pointee.pb, url, AVIO_FLAG_WRITE, &raw.pointee.interrupt_callback, &options.raw)
    try check(opened, "Could not write \(path)")
  }

  deinit {
    if isOpen {
      avio_closep(&raw.pointee.pb)
      File.discardPart(of: path)
    }
    avformat_free_context(raw)
  }

  /// Adds a stream with a copy of `parameters`; the muxer may choose another time base when it starts.
  func addStream(
    _ parameters: UnsafePointer<AVCodecParameters>, timeBase: AVRational
  ) throws(MediaError) -> UnsafeMutablePointer<AVStream> {
    guard let stream = avformat_new_stream(raw, nil) else { throw .outOfMemory }
    try check(avcodec_parameters_copy(stream.pointee.codecpar, parameters), "Could not prepare \(path)")
    // The tag of the input's container need not be one of ours.
    stream.pointee.codecpar.pointee.codec_tag = 0
    stream.pointee.time_base = timeBase
    return stream
  }

  /// Adds a stream for what `encoder` makes.
  func addStream(
    of encoder: borrowing Encoder, timeBase: AVRational
  ) throws(MediaError) -> UnsafeMutablePointer<AVStream> {
    guard let stream = avformat_new_stream(raw, nil) else { throw .outOfMemory }
    try check(
      avcodec_parameters_from_context(stream.pointee.codecpar, encoder.raw), "Could not prepare \(path)")
    stream.pointee.time_base = timeBase
    return stream
  }

  /// The muxer's options for whole ticks everywhere.
  ///
  /// Edit lists count in the movie's ticks, by default milliseconds, which would cut the end off the tracks.
  static func timescales(video: Int, sound: Bool = false) -> [(String, String)] {
    let rate = Verification.sampleRate
    let movie = sound ? video * Rational(rate, video).numerator : video
    return [("video_track_timescale", String(video)), ("movie_timescale", String(movie))]
  }

  /// Writes the header with the muxer's options.
  func start(_ options: [(String, String)]) throws(MediaError) {
    var options = try Options(options)
    try check(avformat_write_header(raw, &options.raw), "Could not begin \(path)")
    try options.checkTaken()
  }

  /// Writes a packet whose times are in the stream's time base, interleaved with other streams; empties it.
  func write(_ packet: borrowing Packet) throws(MediaError) {
    try cancel.check()
    try check(av_interleaved_write_frame(raw, packet.raw), "Could not write \(path)")
  }

  /// Writes the index, closes the file and gives it its name, once `verify` accepted it under its other name.
  func finish(verify: (String) throws(MediaError) -> Void = { _ in }) throws(MediaError) {
    try cancel.check()
    try check(av_write_trailer(raw), "Could not finish \(path)")
    let failure = raw.pointee.pb.pointee.error
    let closing = avio_closep(&raw.pointee.pb)
    isOpen = false
    do {
      try check(failure, "Could not write \(path)")
      try check(closing, "Could not write \(path)")
      try verify(File.part(of: path))
      try File.commit(path)
    } catch {
      File.discardPart(of: path)
      throw error
    }
  }
}
