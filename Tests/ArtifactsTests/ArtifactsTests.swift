import Contracts
import FoundationEssentials
import Testing

@testable import Artifacts

/// A store in a folder of its own, gone with the test.
struct Sandbox: ~Copyable {
  let folder: String
  let store: LocalArtifactStore

  init() throws {
    folder = FileManager.default.temporaryDirectory.path + "/artifacts-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    store = LocalArtifactStore(root: folder + "/store")
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func file(_ text: String) throws -> String {
    let path = "\(folder)/\(UUID().uuidString)"
    try Data(text.utf8).write(to: URL(filePath: path))
    return path
  }

  func place(_ text: String, at key: String) throws {
    let path = "\(folder)/store/\(key)"
    let parent = path.split(separator: "/").dropLast().joined(separator: "/")
    try FileManager.default.createDirectory(atPath: "/" + parent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: path))
  }
}

private let keys = Sample.keys

struct LocalArtifactStoreTests {
  @Test func fileInPlaceOfTheFolderNeedsAPerson() async throws {
    let sandbox = try Sandbox()
    let store = LocalArtifactStore(root: try sandbox.file("no folder"))
    let error = await #expect(throws: ArtifactError.self) { try await store.check() }
    #expect(error?.needsPerson == true)
    #expect(error?.message.contains("LONGTAKE_ARTIFACTS_DIR, \(store.root): make it a folder") == true)
  }

  @Test(arguments: [0, 64 << 20 - 1]) func almostFullDiskNeedsAPerson(_ bytes: Int) {
    let error = #expect(throws: ArtifactError.self) {
      try LocalArtifactStore.checkRoom(free: bytes, in: "/a")
    }
    #expect(error?.code == .full && error?.needsPerson == true)
    #expect(error?.message.contains("and needs 64: free some") == true)
  }

  @Test func roomEnoughIsFine() throws {
    try LocalArtifactStore.checkRoom(free: 64 << 20, in: "/a")
  }

  @Test func symbolicLinkIsNoArtifact() async throws {
    let sandbox = try Sandbox()
    try sandbox.place("x", at: keys.chunk(1))
    try FileManager.default.createSymbolicLink(
      atPath: "\(sandbox.store.root)/\(keys.chunk(0))", withDestinationPath: "/etc/passwd")
    #expect(try await sandbox.store.size(keys.chunk(0)) == nil)
  }

  @Test func fullDiskIsSaidInASentence() {
    #expect { try BlockingFile.write([1, 2, 3], to: "/dev/full") } throws: { error in
      guard let error = error as? ArtifactError else { return false }
      return error.code == .full && error.message.hasPrefix("There is no space left") && error.isTransient
    }
  }

  @Test func unwritableRootIsNotReady() async {
    await #expect(throws: ArtifactError.self) { try await LocalArtifactStore(root: "/proc/longtake").check() }
  }

  @Test func writableRootIsReadyAndLeavesNothing() async throws {
    let sandbox = try Sandbox()
    try await sandbox.store.check()
    #expect(try FileManager.default.contentsOfDirectory(atPath: sandbox.store.root + "/.uploads").isEmpty)
  }
}

struct StorageKeysTests {
  @Test func namesAreThoseOfTheArchitecture() {
    let folder = keys.folder
    #expect(folder.hasPrefix("ada/videos/"))
    #expect(keys.chunk(3) == "\(folder)/chunk_03.mp4")
    #expect(keys.chunk(3, take: 2) == "\(folder)/chunk_03_take_02.mp4")
    #expect(keys.lastFrame(0) == "\(folder)/chunk_00_last_frame.png")
    #expect(keys.lastFrame(3, take: 2) == "\(folder)/chunk_03_take_02_last_frame.png")
    #expect(keys.chunk(112) == "\(folder)/chunk_112.mp4")
    #expect(keys.final(take: 2) == "\(folder)/final_draft_take_02.mp4")
    #expect(keys.music() == "\(folder)/background.mp3")
    #expect(keys.chunkPoster(0) == "\(folder)/chunk_00_poster.jpg")
    #expect(keys.chunkPoster(3, take: 2) == "\(folder)/chunk_03_take_02_poster.jpg")
    #expect(keys.delivery() == "\(folder)/delivery.json")
    #expect(keys.delivery(take: 2) == "\(folder)/delivery_take_02.json")
    #expect(keys.poster() == "\(folder)/poster.jpg" && keys.waveform() == "\(folder)/waveform.png")
    #expect(keys.filmstrip(take: 2) == "\(folder)/filmstrip_take_02.jpg")
    #expect(keys.filmstripVtt(take: 2) == "\(folder)/filmstrip_take_02.vtt")
    #expect(keys.productReference(take: 2) == "\(folder)/product_reference_take_02.png")
  }

  @Test(arguments: ["local", "a", "user-7_b", "0"]) func plainUsersKeepTheirName(_ user: String) {
    #expect(StorageKeys.segment(ofUser: user) == user)
  }

  @Test(arguments: [
    "Ada", "", "chunks", "videos", "../x", "-a", "a b", "ä", String(repeating: "a", count: 64),
  ])
  func otherUsersGetAStableUUID(_ user: String) {
    let segment = StorageKeys.segment(ofUser: user)
    #expect(VideoID(segment) != nil)
    #expect(segment == StorageKeys.segment(ofUser: user))
    #expect(segment != StorageKeys.segment(ofUser: user + "x"))
  }

  @Test func ownerIsReadFromTheKey() {
    #expect(StorageKeys.owner(of: keys.final()) == "ada")
    #expect(StorageKeys.owner(of: "assets/ada/1/x.png") == "ada")
    #expect(StorageKeys.owner(of: "chunks/1/x.mp4") == nil)
  }
}

struct LinkSignerTests {
  private let signer = LinkSigner(secret: Array("0123456789abcdef0123456789abcdef".utf8))
  private let now = Date(timeIntervalSince1970: 1_800_000_000)

  @Test func ownLinkIsAccepted() {
    let link = signer.sign(key: "ada/videos/1/final_draft.mp4", now: now)
    #expect(
      signer.verify(
        key: "ada/videos/1/final_draft.mp4", expires: link.expires, signature: link.signature, now: now))
  }

  @Test func everyFlippedCharacterIsRefused() {
    let key = "ada/videos/1/final_draft.mp4"
    let link = signer.sign(key: key, now: now)
    for index in link.signature.indices {
      for replacement in ["0", "A", "f", " "] where String(link.signature[index]) != replacement {
        var forged = link.signature
        forged.replaceSubrange(index...index, with: replacement)
        #expect(!signer.verify(key: key, expires: link.expires, signature: forged, now: now))
      }
    }
    #expect(!signer.verify(key: key, expires: link.expires, signature: link.signature.uppercased(), now: now))
    #expect(!signer.verify(key: key, expires: link.expires, signature: "", now: now))
  }

  @Test func otherKeyAndOtherEndAreRefused() {
    let link = signer.sign(key: "ada/videos/1/final_draft.mp4", now: now)
    #expect(
      !signer.verify(
        key: "eve/videos/1/final_draft.mp4", expires: link.expires, signature: link.signature, now: now))
    #expect(
      !signer.verify(
        key: "ada/videos/1/final_draft.mp4", expires: link.expires + 1, signature: link.signature, now: now))
  }

  @Test func otherSecretSignsOtherwise() {
    let other = LinkSigner(secret: Array("1123456789abcdef0123456789abcdef".utf8))
    let link = other.sign(key: "k", now: now)
    #expect(!signer.verify(key: "k", expires: link.expires, signature: link.signature, now: now))
  }

  @Test func linkStaysTheSameWithinItsWindowAndLivesLongEnough() {
    let start = Date(timeIntervalSince1970: 1_800_000_000 / 900 * 900)
    let first = signer.sign(key: "k", now: start)
    let last = signer.sign(key: "k", now: start.addingTimeInterval(899))
    let next = signer.sign(key: "k", now: start.addingTimeInterval(900))
    #expect(first == last)
    #expect(next.expires == first.expires + 900)
    #expect(last.expires - Int(start.timeIntervalSince1970) - 899 >= 3600)
  }

  @Test func expiredLinkIsRefused() {
    let link = signer.sign(key: "k", now: now)
    let end = Date(timeIntervalSince1970: TimeInterval(link.expires))
    #expect(
      signer.verify(
        key: "k", expires: link.expires, signature: link.signature, now: end.addingTimeInterval(-1)))
    #expect(!signer.verify(key: "k", expires: link.expires, signature: link.signature, now: end))
  }
}
