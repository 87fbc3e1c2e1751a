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

private func text(of path: String) throws -> String {
  String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
}

private let keys = StorageKeys.video(
  user: "ada", video: VideoID(UUID(namespace: UUID(), name: "film")))

struct LocalArtifactStoreTests {
  @Test func storedFileIsReadBackWithSizeAndHash() async throws {
    let sandbox = try Sandbox()
    let outcome = try await sandbox.store.put(file: try sandbox.file("abc"), as: keys.final())
    let expected = ArtifactReference(
      key: keys.final(), bytes: 3, sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(outcome == .stored(expected))
    #expect(try await sandbox.store.head(keys.final()) == expected)
    #expect(try await sandbox.store.size(keys.final()) == 3)
    #expect(try text(of: try await sandbox.store.localFile(keys.final())) == "abc")
    try await sandbox.store.verify(expected)
  }

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

  @Test func takenKeyIsNeverOverwritten() async throws {
    let sandbox = try Sandbox()
    let first = try await sandbox.store.put(file: try sandbox.file("first"), as: keys.stitched())
    let second = try await sandbox.store.put(file: try sandbox.file("second"), as: keys.stitched())
    #expect(second == .exists(first.reference))
    #expect(try text(of: try await sandbox.store.localFile(keys.stitched())) == "first")
  }

  @Test func oneOfTwoWritersStoresAndTheOtherFindsIt() async throws {
    let sandbox = try Sandbox()
    let store = sandbox.store
    let files = try (0..<8).map { try sandbox.file("writer \($0)") }
    let outcomes = try await withThrowingTaskGroup(of: PutOutcome.self) { group in
      for file in files { group.addTask { try await store.put(file: file, as: keys.chunk(0)) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let stored = outcomes.filter { if case .stored = $0 { true } else { false } }
    #expect(stored.count == 1)
    #expect(Set(outcomes.map(\.reference)) == [stored[0].reference])
    #expect(try await store.list(keys.folder) == [keys.chunk(0)])
  }

  @Test func changedBytesAreNotVerified() async throws {
    let sandbox = try Sandbox()
    let reference = try await sandbox.store.put(file: try sandbox.file("abc"), as: keys.music()).reference
    try sandbox.place("abd", at: keys.music())
    await #expect { try await sandbox.store.verify(reference) } throws: {
      ($0 as? ArtifactError)?.code == .corrupt
    }
  }

  @Test func missingArtifactIsNamed() async throws {
    let sandbox = try Sandbox()
    #expect(try await sandbox.store.head(keys.final()) == nil)
    #expect(try await sandbox.store.list(keys.folder).isEmpty)
    await #expect(throws: ArtifactError(.missing, "There is no artifact \(keys.final()).")) {
      try await sandbox.store.localFile(keys.final())
    }
  }

  @Test func deletedArtifactIsGoneAndDeletingTwiceIsHarmless() async throws {
    let sandbox = try Sandbox()
    _ = try await sandbox.store.put(file: try sandbox.file("abc"), as: keys.final())
    try await sandbox.store.delete(keys.final())
    try await sandbox.store.delete(keys.final())
    #expect(try await sandbox.store.size(keys.final()) == nil)
  }

  @Test(arguments: [0, 1, 2, 3]) func readersFallBackToTheOldPrefixes(_ index: Int) async throws {
    let sandbox = try Sandbox()
    let old = StorageKeys.oldPlaces(of: keys.chunk(3))
    #expect(old.count == 4)
    try sandbox.place("old", at: old[index])
    #expect(try text(of: try await sandbox.store.localFile(keys.chunk(3))) == "old")
    #expect(try await sandbox.store.head(keys.chunk(3))?.key == keys.chunk(3))
  }

  @Test func todaysPlaceComesBeforeTheOldOne() async throws {
    let sandbox = try Sandbox()
    try sandbox.place("old", at: StorageKeys.oldPlaces(of: keys.chunk(3))[0])
    _ = try await sandbox.store.put(file: try sandbox.file("new"), as: keys.chunk(3))
    #expect(try text(of: try await sandbox.store.localFile(keys.chunk(3))) == "new")
  }

  @Test(arguments: ["chunks/a/b.mp4", "references/a/b.png", "videos/a/b.mp4", "film.mp4", "a/b/c.mp4"])
  func nothingIsWrittenOutsideTodaysLayout(_ key: String) async throws {
    let sandbox = try Sandbox()
    let file = try sandbox.file("abc")
    await #expect { try await sandbox.store.put(file: file, as: key) } throws: {
      ($0 as? ArtifactError)?.code == .invalidKey
    }
  }

  @Test(arguments: [
    "", "/etc/passwd", "../../etc/passwd", "ada/videos/../../x", "ada/videos/./x", "ada//x", "ada/videos/x/",
    "ada/videos/%2e%2e/x", "ada/videos/a\0.mp4", "ada\\videos\\x", "ada/videos/\u{2044}x", "ada/.uploads/x",
    "ada/videos/-i", "ada/videos/x y", String(repeating: "a", count: 4096), "ada/videos/x\n",
  ])
  func traversalIsRefusedEverywhere(_ key: String) async throws {
    let sandbox = try Sandbox()
    let file = try sandbox.file("abc")
    let isInvalid = { (error: any Error) in (error as? ArtifactError)?.code == .invalidKey }
    await #expect(performing: { try await sandbox.store.put(file: file, as: key) }, throws: isInvalid)
    await #expect(performing: { try await sandbox.store.localFile(key) }, throws: isInvalid)
    await #expect(performing: { try await sandbox.store.head(key) }, throws: isInvalid)
    await #expect(performing: { try await sandbox.store.delete(key) }, throws: isInvalid)
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
      return error.code == .full && error.message.hasPrefix("There is no space left") && !error.isTransient
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
