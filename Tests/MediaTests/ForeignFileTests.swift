import FoundationEssentials
import Testing

@testable import Media

struct ForeignFileTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func file(_ bytes: [UInt8]) throws -> String {
    let path = folder.path("file")
    try Data(bytes).write(to: URL(filePath: path))
    return path
  }

  /// The head of a Matroska file with a segment of that many bytes, of which only ten are there.
  private func matroska(segment size: UInt8) throws -> String {
    let head: [UInt8] = [0x1A, 0x45, 0xDF, 0xA3, 0x84, 0x42, 0x86, 0x81, 1]
    return try file(head + [0x18, 0x53, 0x80, 0x67, 0x80 | size] + [UInt8](repeating: 0xEC, count: 10))
  }

  @Test func matroskaWithoutItsEndIsCutOff() throws {
    let path = try matroska(segment: 11)
    #expect(refusal { try Wholeness.check(TopLevel(path), of: path) } == .corrupt)
    #expect(refusal { _ = try Probe.probe(path) } == .corrupt)
  }

  /// 10 bytes are there; all ones stand for a size that is not known.
  @Test(arguments: [10, 0x7F] as [UInt8])
  func matroskaThatMayBeWholeIsLookedAt(size: UInt8) throws {
    try Wholeness.check(TopLevel(matroska(segment: size)), of: "file")
  }

  @Test(arguments: [
    ("0009 mdat", true), ("0000 mdat", false), ("0001 mdat 79999999", true), ("0099 abcd", false),
    ("000", false),
    ("", false),
  ])
  func boxesThatGoBeyondTheFileAreCutOff(box: String, isCut: Bool) throws {
    // A digit is a byte of that value, a letter its code.
    let bytes = box.utf8.filter { $0 != 32 }.map { $0 < 58 ? $0 - 48 : $0 }
    let path = try file(bytes)
    #expect((refusal { try Wholeness.check(TopLevel(path), of: path) } == .corrupt) == isCut)
  }

  private static let samples: [([UInt8], Bool)] = [
    ([0, 0, 0, 2, 0x65, 1, 0, 0, 0, 1, 0x41], true), ([0, 0, 0, 3, 0x65, 1], false),
    ([0, 0, 0, 0, 0, 0, 0, 0], false), ([0, 0, 0, 1, 0x80], false), ([0, 0, 0, 1, 0x60], false),
    ([0, 0, 0], false), ([], true),
  ]

  @Test(arguments: samples)
  func unitsOfASampleFillIt(bytes: [UInt8], isFilled: Bool) {
    #expect(bytes.withUnsafeBytes { NALUnits.fill($0, lengthSize: 4) } == isFilled)
  }

  @Test(
    arguments: [
      ([0, 0, 0, 2, 0x67, 1, 0, 0, 0, 1, 0x65], true), ([0, 0, 0, 1, 0x65], true),
      ([0, 0, 0, 2, 0x06, 1, 0, 0, 0, 1, 0x41], false), ([0, 0, 0, 1, 0x41], false),
      ([0, 0, 0, 0, 0, 0, 0, 0], false), ([0, 0, 0, 9, 0x06], false), ([], false),
    ] as [([UInt8], Bool)])
  func recoveryPointIsNoBeginning(bytes: [UInt8], isIDR: Bool) {
    let found = NALUnits.beginWithIDR(bytes.count, lengthSize: 4) { offset, count in
      Array(bytes.dropFirst(offset).prefix(count))
    }
    #expect(found == isIDR)
  }

  @Test func clipWhoseFirstPictureIsNoIDRIsNotCopied() throws {
    let clip = folder.path("clip.mp4")
    try Scene().write(0..<20, to: clip)
    #expect(try ClipScan(clip, cancel: CancellationFlag()).beginsWithKeyframe)
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: clip)))
    let position = try #require(bytes.firstRange(of: Array("mdat".utf8))?.upperBound)
    var offset = position
    // Behind what x264 says of itself.
    while bytes[offset + 4] & 31 != 5 {
      offset += 4 + bytes[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }
    bytes[offset + 4] = 0x61
    #expect(try !ClipScan(file(bytes), cancel: CancellationFlag()).beginsWithKeyframe)
  }

  @Test func framesThatLastForYearsAreRefused() throws {
    let clip = folder.path("clip.mp4")
    try Scene().write(0..<20, to: clip)
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: clip)))
    let times = try #require(bytes.firstRange(of: Array("stts".utf8))?.upperBound)
    bytes.replaceSubrange(times + 12..<times + 16, with: [0x7F, 0xFF, 0xFF, 0xFF])
    #expect(refusal { _ = try ClipScan(file(bytes), cancel: CancellationFlag()) } == .tooLarge)
  }

  @Test func holeInTheMiddleOfACopiedClipIsRefused() throws {
    let clip = folder.path("clip.mp4")
    try Scene().write(0..<20, to: clip)
    var bytes = [UInt8](try #require(FileManager.default.contents(atPath: clip)))
    let middle = bytes.count * 3 / 4
    for index in middle..<middle + 600 { bytes[index] = 0 }
    try Data(bytes).write(to: URL(filePath: clip))
    #expect(refusal { _ = try Stitcher.stitch([clip], to: folder.path("all.mp4")) } == .corrupt)
    #expect(try folder.names() == ["clip.mp4"])
  }
}

struct AVCConfigurationTests {
  private static let one: [UInt8] =
    [1, 100, 0, 30, 0xFF, 0xE1, 0, 6, 0x67, 100, 0, 30, 0x80, 1, 1, 0, 2, 0x68, 0x80, 0xFD, 0xF8, 0xF8, 0]
  /// The sets have number 21: 0000 1011 0 in Exp-Golomb code.
  private static let two: [UInt8] =
    [
      1, 100, 0, 40, 0xFF, 0xE1, 0, 6, 0x67, 100, 0, 40, 0x0B, 1, 1, 0, 3, 0x68, 0x0B, 0x40, 0xFD, 0xF8, 0xF8,
      0,
    ]

  @Test func bytesComeBackAsTheyWere() {
    #expect(AVCConfiguration(Self.one)?.bytes == Self.one)
    #expect(AVCConfiguration(Self.two)?.bytes == Self.two)
  }

  @Test func setsOfOtherNumbersAreJoinedAtTheHigherLevel() throws {
    let two = try #require(AVCConfiguration(Self.two))
    let joined = try #require(AVCConfiguration(Self.one)?.joined(with: two))
    #expect(joined.level == 40 && joined.sequenceSets.count == 2 && joined.pictureSets.count == 2)
    #expect(AVCConfiguration(joined.bytes) == joined)
  }

  @Test func setsOfOneNumberAreNotJoined() throws {
    let one = try #require(AVCConfiguration(Self.one))
    #expect(one.joined(with: one) == nil)
  }

  @Test func configurationHoldsNoMoreSetsThanItCanCount() throws {
    // 255 times the picture set of `one`, which together with that of `two` are more than a byte can count.
    let full =
      Self.one[..<14] + [255] + (0..<255).flatMap { _ in Self.one[15..<19] } + Self.one[19...]
    let two = try #require(AVCConfiguration(Self.two))
    #expect(try #require(AVCConfiguration(Array(full))).joined(with: two) == nil)
  }

  @Test(arguments: 0..<23)
  func cutOffBytesAreNoConfiguration(length: Int) {
    let configuration = AVCConfiguration(Array(Self.one.prefix(length)))
    // What follows the sets may be missing.
    #expect((configuration == nil) == (length < 19))
  }
}
