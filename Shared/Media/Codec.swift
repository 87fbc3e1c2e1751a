import CFFmpeg
import Glibc

/// What a codec answered when asked for its next output.
enum Step {
  /// The frame or packet was filled.
  case produced
  /// It wants more input first.
  case needsInput
  /// It gave all there was after the end of its input.
  case ended
}

/// An opened encoder.
struct Encoder: ~Copyable {
  private let handle: Handle<AVCodecContext>
  private let name: String

  /// Opens the encoder of that libav name after `configure` filled its context.
  init(
    name: String, options: [(String, String)] = [],
    configure: (UnsafeMutablePointer<AVCodecContext>) -> Void
  ) throws(MediaError) {
    _ = Library.isQuiet
    guard let codec = avcodec_find_encoder_by_name(name) else {
      throw MediaError(.unsupported, "This libav has no encoder \(name).")
    }
    let handle = try Handle(avcodec_alloc_context3(codec)) { avcodec_free_context($0) }
    let raw = handle.raw
    configure(raw)
    var options = try Options(options)
    try check(avcodec_open2(raw, codec, &options.raw), "Could not start the encoder \(name)")
    try options.checkTaken()
    self.handle = handle
    self.name = name
  }

  var raw: UnsafeMutablePointer<AVCodecContext> { handle.raw }

  /// Gives the encoder a frame.
  borrowing func send(_ frame: borrowing Frame) throws(MediaError) { try send(frame.raw) }

  /// Gives the encoder a frame that stays its owner's.
  borrowing func send(_ frame: UnsafeMutablePointer<AVFrame>) throws(MediaError) {
    try check(avcodec_send_frame(raw, frame), "The encoder \(name) refused a frame")
  }

  /// Tells the encoder that no frame follows.
  borrowing func sendEnd() throws(MediaError) {
    try check(avcodec_send_frame(raw, nil), "The encoder \(name) could not end")
  }

  /// Fills `packet` with the next output.
  borrowing func receive(_ packet: borrowing Packet) throws(MediaError) -> Step {
    let code = avcodec_receive_packet(raw, packet.raw)
    if code == -EAGAIN { return .needsInput }
    if code == cffmpeg_error_eof { return .ended }
    try check(code, "The encoder \(name) failed")
    return .produced
  }
}

/// An opened decoder.
struct Decoder: ~Copyable {
  private let handle: Handle<AVCodecContext>

  /// Opens the decoder of a stream.
  init(of stream: UnsafeMutablePointer<AVStream>, threads: Int32 = 1) throws(MediaError) {
    guard let parameters = stream.pointee.codecpar else { throw .outOfMemory }
    try self.init(parameters.pointee.codec_id, parameters: parameters, threads: threads)
    // Without it the decoder cannot cut the padding off compressed sound.
    raw.pointee.pkt_timebase = stream.pointee.time_base
  }

  /// Opens the decoder for `parameters`, or for a bare codec id when there are none.
  init(
    _ id: AVCodecID, parameters: UnsafePointer<AVCodecParameters>? = nil, threads: Int32 = 1
  ) throws(MediaError) {
    _ = Library.isQuiet
    guard let codec = avcodec_find_decoder(id) else {
      throw MediaError(
        .unsupported, "This libav has no decoder for \(String(cString: avcodec_get_name(id))).")
    }
    let handle = try Handle(avcodec_alloc_context3(codec)) { avcodec_free_context($0) }
    let raw = handle.raw
    if let parameters {
      try check(avcodec_parameters_to_context(raw, parameters), "Could not read the codec's parameters")
    }
    raw.pointee.thread_count = threads
    // Without it damage is painted over and the picture handed out as if it were whole.
    raw.pointee.err_recognition = AV_EF_EXPLODE
    raw.pointee.max_pixels = Int64(Library.maximumSide * Library.maximumSide)
    try check(avcodec_open2(raw, codec, nil), "Could not start the decoder")
    self.handle = handle
  }

  var raw: UnsafeMutablePointer<AVCodecContext> { handle.raw }

  /// Gives the decoder a packet; the answer is libav's code, because damage means different things to callers.
  borrowing func send(_ packet: borrowing Packet) -> Int32 { avcodec_send_packet(raw, packet.raw) }

  /// Tells the decoder that no packet follows.
  borrowing func sendEnd() -> Int32 { avcodec_send_packet(raw, nil) }

  /// Fills `frame` with the next picture or sound.
  borrowing func receive(_ frame: borrowing Frame) throws(MediaError) -> Step {
    let code = avcodec_receive_frame(raw, frame.raw)
    if code == -EAGAIN { return .needsInput }
    if code == cffmpeg_error_eof { return .ended }
    guard code >= 0 else {
      throw MediaError(code == -ENOMEM ? .outOfMemory : .corrupt, "The media is damaged.", averror: code)
    }
    return .produced
  }
}
