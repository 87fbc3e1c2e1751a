import Glibc

/// Finds out from the lengths that a file states about itself whether its end is missing.
enum Wholeness {
  /// Throws `corrupt` when a box of an MP4 or the segment of a Matroska file goes on beyond the end of the file.
  static func check(_ level: TopLevel, of path: String) throws(MediaError) {
    guard let cut = level.boxes.first(where: { $0.end > level.fileSize && known.contains($0.type) }) else {
      return
    }
    throw MediaError(
      .corrupt, "\(path) is cut off: it has \(level.fileSize) bytes and states at least \(cut.end).")
  }

  /// What is more than rubbish behind the media.
  private static let known: Set<String> = ["ftyp", "moov", "mdat", "moof", "segment"]
}

/// The boxes that an MP4 consists of (ISO/IEC 14496-12, 4.2), or the elements of a Matroska file (RFC 9559).
struct TopLevel {
  struct Box {
    let type: String
    let start: Int64
    /// The offset behind the box as it states it.
    let end: Int64
  }

  /// At most as many as are worth looking at.
  private(set) var boxes: [Box] = []
  let fileSize: Int64
  private static let maximumBoxes = 100_000

  init(_ path: String) throws(MediaError) { self.init(try SourceFile(path)) }

  init(_ source: SourceFile) {
    let file = source.descriptor
    fileSize = source.size
    let isMatroska = Self.bytes(of: file, at: 0).starts(with: [0x1A, 0x45, 0xDF, 0xA3])
    var offset: Int64 = 0
    while offset < fileSize, boxes.count < Self.maximumBoxes {
      let head = Self.bytes(of: file, at: offset)
      guard let (type, size) = isMatroska ? Self.element(head) : Self.box(head, upTo: fileSize - offset)
      else {
        return
      }
      let (end, overflow) = offset.addingReportingOverflow(size)
      boxes.append(Box(type: type, start: offset, end: overflow ? .max : end))
      if overflow || size < 8 { return }
      offset = end
    }
  }

  private static func bytes(of file: Int32, at offset: Int64) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
      count = max(0, pread(file, buffer.baseAddress, 16, off_t(offset)))
    }
  }

  /// Size 0 stands for “up to the end”, 1 for a size of 64 bits behind the type.
  private static func box(_ head: [UInt8], upTo rest: Int64) -> (String, Int64)? {
    guard head.count >= 8 else { return nil }
    let type = String(decoding: head[4..<8], as: UTF8.self)
    switch number(head[0..<4]) {
    case 0: return (type, rest)
    case 1:
      guard head.count == 16, head[8] < 0x80 else { return nil }
      return (type, number(head[8..<16]))
    case let size: return size < 8 ? nil : (type, size)
    }
  }

  /// Nil where the size is not known, as in what was recorded live.
  private static func element(_ head: [UInt8]) -> (String, Int64)? {
    guard let first = head.first, first != 0 else { return nil }
    let idLength = first.leadingZeroBitCount + 1
    guard idLength <= 4, head.count > idLength, head[idLength] != 0 else { return nil }
    let length = head[idLength].leadingZeroBitCount + 1
    guard head.count >= idLength + length else { return nil }
    let mask = Int64(1) << Int64(7 * length) - 1
    let size = number(head[idLength..<idLength + length]) & mask
    guard size != mask else { return nil }
    let type = head.starts(with: [0x18, 0x53, 0x80, 0x67]) ? "segment" : "element"
    return (type, size + Int64(idLength + length))
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int64 {
    bytes.reduce(0) { $0 << 8 | Int64($1) }
  }
}
