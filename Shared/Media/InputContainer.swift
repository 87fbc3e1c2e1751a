import CFFmpeg
import Glibc

/// An opened local media file, within the limits of `Library`.
final class InputContainer {
  let raw: UnsafeMutablePointer<AVFormatContext>
  let path: String
  /// Held because libav polls it while reading.
  private let cancel: CancellationFlag
  /// Where the samples of an MP4 are.
  private let media: [Range<Int64>]
  private let opened = ContinuousClock.now

  /// The demuxers that may be chosen.
  ///
  /// Playlists among the others would open further files, MPEG-TS would load character sets, and neither it nor
  /// AVI can tell that it was cut off.
  private static let formats = "mov,matroska,webm,mp3,wav,ogg,flac,aac"

  /// The file, read by functions of our own: libav itself opens nothing.
  private let source: SourceFile

  /// Opens `path`.
  ///
  /// `analysing` reads and decodes its beginning, to know what the header does not say.
  init(_ path: String, analysing: Bool, cancel: CancellationFlag) throws(MediaError) {
    let url = try Library.url(path)
    let source = try SourceFile(path)
    let level = TopLevel(source)
    try Wholeness.check(level, of: path)
    let context = try source.makeContext(cancel)
    var options = try Options([("protocol_whitelist", ""), ("format_whitelist", Self.formats)])
    var opening: UnsafeMutablePointer<AVFormatContext>? = context
    // What says that it is an MP4 is read as one; only the others are guessed.
    let format = level.boxes.first?.type == "ftyp" ? av_find_input_format("mov") : nil
    let opened = avformat_open_input(&opening, url, format, &options.raw)
    // libav frees the context when it cannot open the file.
    guard opened >= 0, let raw = opening else {
      if opened == cffmpeg_error_exit { throw .cancelled }
      if opened == -ENOMEM { throw .outOfMemory }
      throw MediaError(
        .notMedia, "\(path) is not a media file that can be read here, or it is cut off.", averror: opened)
    }
    self.source = source
    media = level.boxes.filter { $0.type == "mdat" }.map { $0.start..<max($0.start, $0.end) }
    self.raw = raw
    self.path = path
    self.cancel = cancel
    let isDescribed = raw.pointee.ctx_flags & AVFMTCTX_NOHEADER == 0
    let hasMedia = !streams(AVMEDIA_TYPE_VIDEO).isEmpty || !streams(AVMEDIA_TYPE_AUDIO).isEmpty
    guard hasMedia || !isDescribed else {
      throw MediaError(.notMedia, "\(path) has neither picture nor sound in it, or it is cut off.")
    }
    try checkLimits()
    if analysing {
      try check(avformat_find_stream_info(raw, nil), "Could not read \(path)")
      try checkLimits()
    }
  }

  deinit {
    var owned: UnsafeMutablePointer<AVFormatContext>? = raw
    avformat_close_input(&owned)
  }

  /// The streams of the file, valid while the container lives.
  var streams: [UnsafeMutablePointer<AVStream>] {
    (0..<Int(raw.pointee.nb_streams)).compactMap { raw.pointee.streams[$0] }
  }

  /// The streams of one kind; cover pictures are no video.
  func streams(_ kind: AVMediaType) -> [UnsafeMutablePointer<AVStream>] {
    streams.filter {
      $0.pointee.codecpar.pointee.codec_type == kind
        && $0.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC == 0
    }
  }

  /// The first stream of a kind, alone to be read from here on.
  func only(_ kind: AVMediaType) throws(MediaError) -> UnsafeMutablePointer<AVStream> {
    guard let chosen = streams(kind).first else {
      let name = kind == AVMEDIA_TYPE_VIDEO ? "picture" : "sound"
      throw MediaError(.unsupported, "\(path) has no \(name) in it.")
    }
    for stream in streams where stream != chosen { stream.pointee.discard = AVDISCARD_ALL }
    return chosen
  }

  /// From here on packets tell of their times and sizes only: the samples of an MP4 are not read.
  func readOnlyTimes(of stream: UnsafeMutablePointer<AVStream>) {
    // Of other codecs libav looks into the packets itself.
    let codec = stream.pointee.codecpar.pointee.codec_id
    guard codec == AV_CODEC_ID_H264 || codec == AV_CODEC_ID_HEVC else { return }
    raw.pointee.flags |= AVFMT_FLAG_NOPARSE
    source.skipped = media
  }

  /// Some bytes of the file, whatever packets tell of.
  func bytes(at offset: Int64, count: Int) -> [UInt8] { source.bytes(at: offset, count: count) }

  /// Fills `packet` with the next packet of `stream`; false at the end.
  func read(
    _ packet: borrowing Packet, of stream: UnsafeMutablePointer<AVStream>
  ) throws(MediaError) -> Bool {
    repeat {
      try cancel.check()
      guard ContinuousClock.now - opened < Library.maximumReading else {
        throw MediaError(
          .tooLarge, "\(path) takes longer than the \(Library.maximumReading) that are allowed.")
      }
      av_packet_unref(packet.raw)
      let code = av_read_frame(raw, packet.raw)
      if code == cffmpeg_error_eof { return false }
      if code == cffmpeg_error_invalid_data {
        throw MediaError(.corrupt, "\(path) is damaged or cut off.", averror: code)
      }
      try check(code, "Could not read \(path)")
    } while packet.raw.pointee.stream_index != stream.pointee.index
    return true
  }

  private func checkLimits() throws(MediaError) {
    guard streams.count <= Library.maximumStreams else {
      throw MediaError(
        .tooLarge, "\(path) has \(streams.count) streams; at most \(Library.maximumStreams) are worked on.")
    }
    let duration = raw.pointee.duration
    if duration != cffmpeg_no_timestamp, Double(duration) / Double(AV_TIME_BASE) > Library.maximumSeconds {
      throw MediaError(
        .tooLarge, "\(path) is longer than the \(Int(Library.maximumSeconds)) seconds that are worked on.")
    }
    for stream in streams(AVMEDIA_TYPE_VIDEO) {
      try Library.checkWork(frames: Int(avformat_index_get_entries_count(stream)), of: path)
      let parameters = stream.pointee.codecpar.pointee
      // Some formats say the size only in the stream itself; the decoder's own limit holds there.
      guard parameters.width != 0 || parameters.height != 0 else { continue }
      try Library.checkSize(width: Int(parameters.width), height: Int(parameters.height), of: path)
    }
  }
}

extension UnsafeMutablePointer where Pointee == AVStream {
  /// How the stream's pictures are turned before they are shown.
  var orientation: Orientation {
    var size = 0
    guard let data = av_stream_get_side_data(self, AV_PKT_DATA_DISPLAYMATRIX, &size), size >= 36 else {
      return .upright
    }
    return UnsafeRawPointer(data).withMemoryRebound(to: Int32.self, capacity: 9) { Orientation(matrix: $0) }
  }

  /// The shape of a pixel, 1:1 where nothing is said.
  var pixelShape: Rational {
    let stated = pointee.sample_aspect_ratio
    let ratio = stated.num > 0 ? stated : pointee.codecpar.pointee.sample_aspect_ratio
    return ratio.num > 0 && ratio.den > 0
      ? Rational(Int(ratio.num), Int(ratio.den)) : Rational(1, 1)
  }

  /// The length of one tick.
  var tick: Rational { Rational(Int(pointee.time_base.num), Int(pointee.time_base.den)) }
}
