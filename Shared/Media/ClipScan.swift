import CFFmpeg

/// The timing and the codec parameters of a clip, from its header and all its packets; nothing is decoded.
struct ClipScan {
  let path: String
  /// What must be equal for two clips to share one track.
  let parameters: Parameters
  let timeBase: Rational
  /// Presentation times in decoding order, hidden frames left out.
  let times: [Int64]
  /// The number of frames that an edit list hides.
  let hidden: Int
  /// The least presentation time.
  let start: Int64
  /// The greatest presentation time and its frame's length.
  let end: Int64
  /// How far decoding runs ahead of showing, in ticks.
  let delay: Int64
  /// The length of every frame in ticks; nil when frames differ or packets are not in decoding order.
  let step: Int64?
  /// Whether decoding times are whole steps away from the first frame too, so that other ticks can replace them.
  let isOnGrid: Bool
  let beginsWithKeyframe: Bool
  let hasSound: Bool
  let orientation: Orientation
  let pixelShape: Rational

  /// The parameters of a stream, without what only tells of its timing.
  struct Parameters: Equatable {
    let codec: UInt32
    let tag: UInt32
    let width: Int
    let height: Int
    /// SPS and PPS of H.264 in the form of avcC (ISO/IEC 14496-15, 5.3.3.1).
    let extradata: [UInt8]
    /// Range, matrix, primaries and transfer by libav's numbers.
    let color: [UInt32]
  }

  /// The number of frames that are shown.
  var shown: Int { times.count }

  /// Reads the whole file; throws `corrupt` when it ends before its index does.
  init(_ path: String, cancel: CancellationFlag) throws(MediaError) {
    let container = try InputContainer(path, analysing: false, cancel: cancel)
    let stream = try container.only(AVMEDIA_TYPE_VIDEO)
    let parameters = Parameters(stream.pointee.codecpar.pointee)
    container.readOnlyTimes(of: stream)
    let packets = try PacketTimes(container, stream)
    guard let first = packets.shown.first, let latest = packets.shown.max(by: { $0.pts < $1.pts }) else {
      throw MediaError(.corrupt, "\(path) has no frames.")
    }
    self.path = path
    self.parameters = parameters
    timeBase = stream.tick
    times = packets.shown.map(\.pts)
    hidden = packets.hidden
    let start = times.min() ?? 0
    self.start = start
    delay = first.dts.map { start - $0 } ?? 0
    beginsWithKeyframe = packets.beginsWithKeyframe && parameters.canBegin(packets.firstSample, of: container)
    let step = Self.step(packets.shown)
    self.step = step
    isOnGrid = step.map { step in packets.shown.allSatisfy { (($0.dts ?? 0) - start) % step == 0 } } ?? false
    end = latest.pts + (step ?? max(latest.duration, 1))
    guard Double(end - start) * timeBase.value <= Library.maximumSeconds else {
      throw MediaError(
        .tooLarge, "\(path) is longer than the \(Int(Library.maximumSeconds)) seconds that are worked on.")
    }
    hasSound = !container.streams(AVMEDIA_TYPE_AUDIO).isEmpty
    orientation = stream.orientation
    pixelShape = stream.pixelShape
  }

  /// The time that the frames take, in seconds.
  var seconds: Double { Double(end - start) * timeBase.value }

  /// The number of frames a second, when it is constant.
  var fps: Rational? {
    step.map { Rational(timeBase.denominator, timeBase.numerator * Int($0)) }
  }

  /// The size in which the frames are shown: with square pixels, and turned as the file says.
  var shownSize: (width: Double, height: Double) {
    orientation.shownSize(width: parameters.width, height: parameters.height, pixelShape)
  }

  /// The common distance of presentation times, if there is one and decoding times grow.
  private static func step(_ packets: [PacketTimes.Entry]) -> Int64? {
    let decoding = packets.compactMap(\.dts)
    guard decoding.count == packets.count else { return nil }
    for (a, b) in zip(decoding, decoding.dropFirst()) where a >= b { return nil }
    guard packets.count > 1 else { return packets.first.flatMap { $0.duration > 0 ? $0.duration : nil } }
    let sorted = packets.map(\.pts).sorted()
    let step = sorted[1] - sorted[0]
    guard step > 0 else { return nil }
    for (a, b) in zip(sorted, sorted.dropFirst()) where b - a != step { return nil }
    return step
  }
}

extension ClipScan.Parameters {
  /// Whether decoding can begin at a sample that the file calls a key frame: of H.264 a recovery point is one too,
  /// and its neighbours may need what was before it.
  fileprivate func canBegin(_ sample: Range<Int64>?, of container: InputContainer) -> Bool {
    guard isPlainH264, let configuration = AVCConfiguration(extradata), let sample else { return true }
    return NALUnits.beginWithIDR(Int(sample.count), lengthSize: configuration.lengthSize) { offset, count in
      container.bytes(at: sample.lowerBound + Int64(offset), count: count)
    }
  }

  init(_ parameters: AVCodecParameters) {
    codec = parameters.codec_id.rawValue
    tag = parameters.codec_tag
    width = Int(parameters.width)
    height = Int(parameters.height)
    extradata = [UInt8](
      UnsafeRawBufferPointer(start: parameters.extradata, count: Int(parameters.extradata_size)))
    color = [
      parameters.color_range.rawValue, parameters.color_space.rawValue, parameters.color_primaries.rawValue,
      parameters.color_trc.rawValue,
    ]
  }
}

/// The times of a stream's packets from where the container stands up to its end.
struct PacketTimes {
  struct Entry {
    let pts: Int64
    /// Nil where the format does not say when to decode.
    let dts: Int64?
    let duration: Int64
  }

  private(set) var shown: [Entry] = []
  private(set) var hidden = 0
  private(set) var beginsWithKeyframe = false
  /// Where the first packet is in the file, if the format says so.
  private(set) var firstSample: Range<Int64>?

  /// Beyond it no tick is a time, and sums would not fit.
  private static let greatest: Int64 = 1 << 53

  /// Reads on from index entry `first`; throws `corrupt` for a damaged packet or a missing one.
  init(
    _ container: InputContainer, _ stream: UnsafeMutablePointer<AVStream>, from first: Int32 = 0
  ) throws(MediaError) {
    let packet = try Packet()
    var count = 0
    while try container.read(packet, of: stream) {
      let flags = packet.raw.pointee.flags
      guard flags & AV_PKT_FLAG_CORRUPT == 0 else {
        throw MediaError(.corrupt, "\(container.path) is damaged or cut off at frame \(count).")
      }
      try Library.checkWork(frames: count, of: container.path)
      if count == 0 {
        beginsWithKeyframe = flags & AV_PKT_FLAG_KEY != 0
        let (position, size) = (packet.raw.pointee.pos, Int64(packet.raw.pointee.size))
        firstSample = position >= 0 && position < Self.greatest ? position..<position + size : nil
      }
      count += 1
      guard flags & AV_PKT_FLAG_DISCARD == 0 else {
        hidden += 1
        continue
      }
      guard packet.raw.pointee.pts != cffmpeg_no_timestamp else {
        throw MediaError(.unsupported, "\(container.path) does not say when its frames are shown.")
      }
      let dts = packet.raw.pointee.dts
      guard
        [packet.raw.pointee.pts, packet.raw.pointee.duration, dts == cffmpeg_no_timestamp ? 0 : dts]
          .allSatisfy({ $0.magnitude <= Self.greatest })
      else { throw MediaError(.corrupt, "\(container.path) states times that are none at frame \(count).") }
      shown.append(
        Entry(
          pts: packet.raw.pointee.pts, dts: dts == cffmpeg_no_timestamp ? nil : dts,
          duration: packet.raw.pointee.duration))
    }
    let indexed = Int(avformat_index_get_entries_count(stream) - first)
    guard count >= indexed else {
      throw MediaError(
        .corrupt, "\(container.path) is cut off: \(count) of \(indexed) frames are there.")
    }
  }
}
