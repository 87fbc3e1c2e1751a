import CFFmpeg
import Glibc

/// Encodes 48 kHz stereo sound into a track of an output, block by block.
final class SoundTrack {
  private let left: [Float]
  private let right: [Float]
  private let encoder: Encoder
  private let output: OutputContainer
  private let stream: UnsafeMutablePointer<AVStream>
  private let frame: Frame
  private let packet: Packet
  private var position = 0

  /// The ways sound is encoded here, all at 192 kbit/s.
  enum Codec: String {
    case aac
    case mp3 = "libmp3lame"
  }

  /// Adds a track for the channels, which have as many samples.
  init(
    left: [Float], right: [Float], codec: Codec, in output: OutputContainer
  ) throws(MediaError) {
    // At this rate the default coder takes twice the time for no audible gain, and noise is coded, not synthesised.
    let options = codec == .aac ? [("aac_coder", "fast"), ("aac_pns", "0")] : []
    let rate = Int32(Verification.sampleRate)
    encoder = try Encoder(name: codec.rawValue, options: options) { context in
      context.pointee.sample_rate = rate
      context.pointee.sample_fmt = AV_SAMPLE_FMT_FLTP
      av_channel_layout_default(&context.pointee.ch_layout, 2)
      context.pointee.bit_rate = 192_000
      context.pointee.time_base = AVRational(num: 1, den: rate)
      if codec == .aac { context.pointee.flags |= AV_CODEC_FLAG_GLOBAL_HEADER }
    }
    stream = try output.addStream(of: encoder, timeBase: AVRational(num: 1, den: rate))
    frame = try Frame(soundSamples: Int(encoder.raw.pointee.frame_size), rate: rate)
    packet = try Packet()
    self.left = left
    self.right = right
    self.output = output
  }

  /// The number of packets that the whole sound becomes.
  var packetCount: Int { left.count / max(Int(encoder.raw.pointee.frame_size), 1) + 3 }

  /// Encodes up to `seconds`, or as far as the sound goes.
  func advance(to seconds: Double) throws(MediaError) {
    let end = min(left.count, Int(max(seconds, 0) * Double(Verification.sampleRate)))
    while position < end { try encodeBlock() }
  }

  /// Encodes the rest and ends the track.
  func finish() throws(MediaError) {
    while position < left.count { try encodeBlock() }
    try encoder.sendEnd()
    try drain()
  }

  private func encodeBlock() throws(MediaError) {
    let count = min(Int(encoder.raw.pointee.frame_size), left.count - position)
    try frame.makeWritable()
    frame.raw.pointee.nb_samples = Int32(count)
    frame.raw.pointee.pts = Int64(position)
    for (plane, channel) in [left, right].enumerated() {
      guard let target = cffmpeg_plane(frame.raw, Int32(plane)) else { throw .outOfMemory }
      channel.withUnsafeBufferPointer { source in
        guard let start = source.baseAddress else { return }
        memcpy(target, start + position, count * MemoryLayout<Float>.stride)
      }
    }
    try encoder.send(frame)
    position += count
    try drain()
  }

  private func drain() throws(MediaError) {
    while case .produced = try encoder.receive(packet) {
      packet.raw.pointee.stream_index = stream.pointee.index
      av_packet_rescale_ts(
        packet.raw, AVRational(num: 1, den: Int32(Verification.sampleRate)), stream.pointee.time_base)
      try output.write(packet)
    }
  }
}

extension Frame {
  /// A frame with its own buffer for float stereo sound.
  init(soundSamples: Int, rate: Int32) throws(MediaError) {
    try self.init { raw in
      raw.pointee.nb_samples = Int32(soundSamples)
      raw.pointee.format = AV_SAMPLE_FMT_FLTP.rawValue
      raw.pointee.sample_rate = rate
      av_channel_layout_default(&raw.pointee.ch_layout, 2)
    }
  }
}
