/// The decoder configuration of H.264 in MP4 (ISO/IEC 14496-15, 5.3.3.1): its parameter sets, out of band.
struct AVCConfiguration: Equatable {
  let profile: UInt8
  let compatibility: UInt8
  let level: UInt8
  /// The bytes that state the length of a NAL unit in a sample: 1, 2 or 4.
  let lengthSize: Int
  private(set) var sequenceSets: [[UInt8]] = []
  private(set) var pictureSets: [[UInt8]] = []
  /// What follows the sets: the chroma format and bit depths of high profiles.
  private let extensions: [UInt8]

  /// Nil for bytes that are no such configuration.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 7, bytes[0] == 1 else { return nil }
    profile = bytes[1]
    compatibility = bytes[2]
    level = bytes[3]
    lengthSize = Int(bytes[4] & 3) + 1
    var rest = bytes[6...]
    guard let sequence = Self.sets(Int(bytes[5] & 31), &rest), let count = rest.popFirst(),
      let picture = Self.sets(Int(count), &rest), !sequence.isEmpty, !picture.isEmpty
    else { return nil }
    sequenceSets = sequence
    pictureSets = picture
    extensions = Array(rest)
  }

  private init(_ one: AVCConfiguration, and other: AVCConfiguration) {
    profile = one.profile
    compatibility = one.compatibility & other.compatibility
    level = max(one.level, other.level)
    lengthSize = one.lengthSize
    sequenceSets = one.sequenceSets + other.sequenceSets
    pictureSets = one.pictureSets + other.pictureSets
    extensions = one.extensions
  }

  /// One configuration for pictures of both; nil when their sets have a number in common or are too many to count.
  func joined(with other: AVCConfiguration) -> AVCConfiguration? {
    guard lengthSize == other.lengthSize, profile == other.profile,
      sequenceSets.count + other.sequenceSets.count <= 31, pictureSets.count + other.pictureSets.count <= 255,
      !overlap(sequenceSets, other.sequenceSets, at: 4),
      !overlap(pictureSets, other.pictureSets, at: 1)
    else { return nil }
    return AVCConfiguration(self, and: other)
  }

  var bytes: [UInt8] {
    var bytes = [1, profile, compatibility, level, 0xFC | UInt8(lengthSize - 1)]
    bytes.append(0xE0 | UInt8(sequenceSets.count))
    for set in sequenceSets { bytes += [UInt8(set.count >> 8), UInt8(set.count & 255)] + set }
    bytes.append(UInt8(pictureSets.count))
    for set in pictureSets { bytes += [UInt8(set.count >> 8), UInt8(set.count & 255)] + set }
    return bytes + extensions
  }

  /// The number of a set is its first Exp-Golomb code: behind profile and level, or behind the header at once.
  private func overlap(_ a: [[UInt8]], _ b: [[UInt8]], at offset: Int) -> Bool {
    let numbers = a.map { Self.code($0.dropFirst(offset)) }
    return b.contains { set in
      let number = Self.code(set.dropFirst(offset))
      return number == nil || numbers.contains(nil) || numbers.contains(number)
    }
  }

  /// The unsigned Exp-Golomb code (ITU-T H.264, 9.1) that bytes begin with, up to 254.
  private static func code(_ bytes: ArraySlice<UInt8>) -> Int? {
    let bits = bytes.prefix(2).reduce(UInt16(0)) { $0 << 8 | UInt16($1) } << (bytes.count < 2 ? 8 : 0)
    let zeros = bits.leadingZeroBitCount
    guard zeros <= 7 else { return nil }
    return Int((bits << zeros) >> (15 - zeros)) - 1
  }

  private static func sets(_ count: Int, _ rest: inout ArraySlice<UInt8>) -> [[UInt8]]? {
    var sets: [[UInt8]] = []
    for _ in 0..<count {
      guard let high = rest.popFirst(), let low = rest.popFirst() else { return nil }
      let length = Int(high) << 8 | Int(low)
      guard length > 0, rest.count >= length else { return nil }
      sets.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    }
    return sets
  }
}

/// The NAL units of a sample.
enum NALUnits {
  /// Whether the first picture of a sample is an IDR picture, which needs none before it (ITU-T H.264, 7.4.1.2.4).
  ///
  /// `read` gives bytes of the sample; only the units' lengths and headers are asked for.
  static func beginWithIDR(_ size: Int, lengthSize: Int, read: (_ offset: Int, _ count: Int) -> [UInt8])
    -> Bool
  {
    var offset = 0
    // Far more than an encoder puts before a picture.
    for _ in 0..<256 where offset + lengthSize < size {
      let head = read(offset, lengthSize + 1)
      guard head.count == lengthSize + 1 else { return false }
      switch head[lengthSize] & 31 {
      case 5: return true
      case 1...4: return false
      default: offset += lengthSize + head.prefix(lengthSize).reduce(0) { $0 << 8 | Int($1) }
      }
    }
    return false
  }

  /// Whether units with lengths in front fill `bytes` exactly and each has a header that H.264 knows.
  static func fill(_ bytes: UnsafeRawBufferPointer, lengthSize: Int) -> Bool {
    var offset = 0
    while offset < bytes.count {
      guard bytes.count - offset > lengthSize else { return false }
      let length = bytes[offset..<offset + lengthSize].reduce(0) { $0 << 8 | Int($1) }
      offset += lengthSize
      guard length > 0, length <= bytes.count - offset else { return false }
      let header = bytes[offset]
      guard header & 0x80 == 0, header & 31 != 0 else { return false }
      offset += length
    }
    return true
  }
}
