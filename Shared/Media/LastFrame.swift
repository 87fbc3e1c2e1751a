import CFFmpeg

/// Takes the frame that is shown last out of a clip.
///
/// Only the last group of pictures is decoded, and of it only what the last frame can depend on; with a key
/// frame every second, as `ClipWriter` makes them, that is less than half a second of video.
public enum LastFrame {
  /// The last frame as it is shown; throws `corrupt` for a clip that is damaged or cut off.
  public static func extract(
    from path: String, cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) -> Picture {
    let container = try InputContainer(path, analysing: false, cancel: cancel)
    let stream = try container.only(AVMEDIA_TYPE_VIDEO)
    let orientation = stream.orientation
    guard orientation.isSupported else {
      throw MediaError(.unsupported, "\(path) is turned by an angle that is no quarter turn.")
    }
    var place = lastKeyframe(stream, before: .max)
    try seek(to: place, container, stream)
    let packets = try PacketTimes(container, stream, from: place)
    guard let target = packets.shown.map(\.pts).max() else {
      throw MediaError(.corrupt, "\(path) has no last frame.")
    }
    // A fragmented file's index is complete only now.
    place = lastKeyframe(stream, before: .max)
    while true {
      try seek(to: place, container, stream)
      do {
        let frame = try decode(target, container, stream)
        return try Picture(frame, side: frame.colorSide).shown(orientation, pixel: stream.pixelShape)
      } catch  where error.code == .corrupt && place > 0 {
        // Where pictures are refreshed bit by bit, decoding has to begin earlier.
        place = lastKeyframe(stream, before: place)
      }
    }
  }

  /// Writes the last frame as a PNG, so that `png` is either as it was or complete, and returns it.
  @discardableResult
  public static func extract(
    from path: String, toPNG png: String, cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) -> Picture {
    let picture = try extract(from: path, cancel: cancel)
    try PNG.write(picture, to: png)
    return picture
  }

  /// The place in the index of the last key frame that is shown and lies before another place, at least 0.
  private static func lastKeyframe(
    _ stream: UnsafeMutablePointer<AVStream>, before end: Int32
  ) -> Int32 {
    var place = min(avformat_index_get_entries_count(stream), end) - 1
    while place > 0 {
      if let entry = avformat_index_get_entry(stream, place),
        entry.pointee.flags & AVINDEX_KEYFRAME != 0, entry.pointee.flags & AVINDEX_DISCARD_FRAME == 0
      {
        break
      }
      place -= 1
    }
    return max(place, 0)
  }

  private static func seek(
    to place: Int32, _ container: InputContainer, _ stream: UnsafeMutablePointer<AVStream>
  ) throws(MediaError) {
    guard let entry = avformat_index_get_entry(stream, place) else { return }
    try check(
      av_seek_frame(container.raw, stream.pointee.index, entry.pointee.timestamp, AVSEEK_FLAG_BACKWARD),
      "Could not seek in \(container.path)")
  }

  /// Decodes until the frame shown at `target` comes out.
  private static func decode(
    _ target: Int64, _ container: InputContainer, _ stream: UnsafeMutablePointer<AVStream>
  ) throws(MediaError) -> Frame {
    let decoder = try Decoder(of: stream)
    let packet = try Packet()
    let frame = try Frame()
    while try container.read(packet, of: stream) {
      // Frames that no other frame needs are skipped, unless it is the one that is wanted.
      decoder.raw.pointee.skip_frame =
        packet.raw.pointee.pts == target ? AVDISCARD_DEFAULT : AVDISCARD_NONREF
      try checkSent(decoder.send(packet), container)
      if try receive(target, from: decoder, into: frame, container) { return frame }
    }
    try checkSent(decoder.sendEnd(), container)
    if try receive(target, from: decoder, into: frame, container) { return frame }
    throw MediaError(.corrupt, "The last frame of \(container.path) cannot be decoded.")
  }

  private static func checkSent(_ code: Int32, _ container: InputContainer) throws(MediaError) {
    guard code < 0 else { return }
    throw MediaError(.corrupt, "\(container.path) cannot be decoded up to its end.", averror: code)
  }

  /// Takes what the decoder has; true when `frame` is the wanted one.
  private static func receive(
    _ target: Int64, from decoder: borrowing Decoder, into frame: borrowing Frame,
    _ container: InputContainer
  ) throws(MediaError) -> Bool {
    while case .produced = try decoder.receive(frame) {
      try Library.checkSize(width: frame.width, height: frame.height, of: container.path)
      guard !frame.isDamaged else {
        throw MediaError(.corrupt, "\(container.path) is damaged near its end.")
      }
      if frame.raw.pointee.pts == target { return true }
    }
    return false
  }
}

extension Frame {
  /// A decoded frame as one end of a conversion, with its own matrix and range.
  ///
  /// A frame that does not say its matrix has the one that browsers assume for its size.
  var colorSide: Scaler.Side {
    var side = self.side
    switch raw.pointee.colorspace {
    case AVCOL_SPC_BT709: side.matrix = SWS_CS_ITU709
    case AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M: side.matrix = SWS_CS_ITU601
    case AVCOL_SPC_FCC: side.matrix = SWS_CS_FCC
    case AVCOL_SPC_SMPTE240M: side.matrix = SWS_CS_SMPTE240M
    case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: side.matrix = SWS_CS_BT2020
    default: side.matrix = min(width, height) >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601
    }
    side.isFullRange =
      raw.pointee.color_range == AVCOL_RANGE_JPEG || format == AV_PIX_FMT_YUVJ420P
      || format == AV_PIX_FMT_YUVJ422P || format == AV_PIX_FMT_YUVJ444P
    return side
  }
}
