import FoundationEssentials
import Media
import Testing

struct PNGTests {
  let folder: TemporaryFolder

  /// Two pixels, red and transparent, of 8 bits RGBA.
  private static let halfTransparent =
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAEUlEQVR4nGP4z8Dwn0tEjg"
    + "EADZwCO1OFPi4AAAAASUVORK5CYII="

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: ["picture.png", "-i.png", "a b:c?.png"])
  func pictureComesBackAsItWas(name: String) throws {
    let picture = Scene(width: 61, height: 33).picture(2)
    try PNG.write(picture, to: folder.path(name))
    #expect(try PNG.read(folder.path(name)) == picture)
    #expect(try folder.names() == [name])
  }

  @Test func samePictureGivesSameBytes() throws {
    let picture = Scene().picture(2)
    #expect(try PNG.encode(picture) == PNG.encode(picture))
  }

  @Test(arguments: [0, 7, 20, 40, 2000])
  func cutOffPictureIsRefused(bytes: Int) throws {
    let whole = try PNG.encode(Scene().picture(2))
    let code = refusal { _ = try PNG.decode(Array(whole.prefix(bytes))) }
    #expect(code == .notMedia || code == .corrupt)
  }

  @Test func damagedPictureIsRefused() throws {
    var bytes = try PNG.encode(Scene().picture(2))
    bytes[bytes.count / 2] ^= 0x55
    #expect(refusal { _ = try PNG.decode(bytes) } == .corrupt)
  }

  @Test func otherFilesAreRefusedAsNoPNG() throws {
    let path = folder.path("clip.png")
    try Scene().write(0..<1, to: path)
    #expect(refusal { _ = try PNG.read(path) } == .notMedia)
  }

  @Test func whatIsTransparentShowsWhite() throws {
    let picture = try PNG.decode(Array(#require(Data(base64Encoded: Self.halfTransparent))))
    #expect(picture.pixels == [255, 0, 0, 255, 255, 255])
  }

  @Test func hugePictureIsRefusedBeforeItIsDecoded() throws {
    var bytes = try PNG.encode(Scene().picture(2))
    bytes[16] = 0x10
    #expect(refusal { _ = try PNG.decode(bytes) } == .tooLarge)
  }

  @Test func missingFilesAndFoldersAreNamed() throws {
    #expect(refusal { _ = try PNG.read(folder.path("no.png")) } == .missing)
    #expect(refusal { _ = try PNG.read(folder.root) } == .unreadable)
    #expect(refusal { try PNG.write(Scene().picture(0), to: folder.path("no/p.png")) } == .missing)
    #expect(try folder.names().isEmpty)
  }
}
