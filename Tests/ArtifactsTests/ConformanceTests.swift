import Contracts
import FoundationEssentials
import HTTPTypes
import Harness
import ServiceKit
import Testing

@testable import Artifacts

enum Sample {
  static let keys = StorageKeys.video(user: "ada", video: VideoID(UUID(namespace: UUID(), name: "film")))

  static func text(of path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }

  /// Bytes that do not repeat, from a seed.
  static func noise(_ count: Int, seed: UInt64 = 1) -> Data {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    var data = Data(capacity: count + 8)
    while data.count < count {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      withUnsafeBytes(of: state) { data.append(contentsOf: $0) }
    }
    return data.prefix(count)
  }
}

private let keys = Sample.keys

extension S3Bucket {
  /// A store in the bucket whose pauses between attempts take no time.
  func store(
    _ folder: String, style: S3Configuration.Style = .path, prefix: String = "", keyID: String? = nil,
    secret: String? = nil, name: String? = nil, limit: Int = 1 << 30
  ) throws -> S3ArtifactStore {
    var environment = self.environment
    environment["LONGTAKE_S3_STYLE"] = style.rawValue
    if style == .host { environment["LONGTAKE_S3_ENDPOINT"] = hostEndpoint }
    environment["LONGTAKE_S3_PREFIX"] = prefix
    environment["AWS_ACCESS_KEY_ID"] = keyID ?? environment["AWS_ACCESS_KEY_ID"]
    environment["AWS_SECRET_ACCESS_KEY"] = secret ?? environment["AWS_SECRET_ACCESS_KEY"]
    environment["LONGTAKE_S3_BUCKET"] = name ?? self.name
    let settings = Settings(environment: environment)
    let opened = ArtifactStoreSettings(settings).open()
    try settings.validate()
    let configured = try #require(opened as? S3ArtifactStore)
    var client = configured.client
    client.pause = { _ in try Task.checkCancellation() }
    var store = S3ArtifactStore(client: client, cache: ArtifactCache(folder: "\(folder)/cache", limit: limit))
    store.multipartBytes = 16 << 20
    return store
  }
}

/// A store of each kind, with a way to put anything anywhere in it.
struct TestStore: Sendable {
  enum Kind: String, CaseIterable, Sendable {
    case folder, bucket, bucketAsHostBelowPrefix

    static let available = allCases.filter { $0 == .folder || S3Server.isAvailable }
  }

  let store: any ArtifactStore
  let folder: String

  static func with(_ kind: Kind, _ body: (TestStore) async throws -> Void) async throws {
    let folder = FileManager.default.temporaryDirectory.path + "/store-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    switch kind {
    case .folder:
      try await body(TestStore(store: LocalArtifactStore(root: folder + "/store"), folder: folder))
    case .bucket:
      try await withBucket { try await body(TestStore(store: try $0.store(folder), folder: folder)) }
    case .bucketAsHostBelowPrefix:
      try await withBucket { bucket in
        try await body(
          TestStore(store: try bucket.store(folder, style: .host, prefix: "a/b"), folder: folder))
      }
    }
  }

  func file(_ text: String) throws -> String { try file(Data(text.utf8)) }

  func file(_ data: Data) throws -> String {
    let path = "\(folder)/\(UUID().uuidString)"
    try data.write(to: URL(filePath: path))
    return path
  }

  /// As somebody else would: whatever is there is replaced, and nothing is noted.
  func place(_ text: String, at key: String) async throws {
    if let bucket = store as? S3ArtifactStore {
      _ = try await bucket.client.send(
        .init(method: .put, name: bucket.name(key), body: .bytes(Data(text.utf8))))
      return
    }
    let path = "\(folder)/store/\(key)"
    let parent = path.split(separator: "/").dropLast().joined(separator: "/")
    try FileManager.default.createDirectory(atPath: "/" + parent, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: path))
  }
}

/// What every store promises.
@Suite(.timeLimit(.minutes(5)))
struct ConformanceTests {
  @Test(arguments: TestStore.Kind.available)
  func storedFileIsReadBackWithSizeAndHash(_ kind: TestStore.Kind) async throws {
    try await TestStore.with(kind) { test in
      let outcome = try await test.store.put(file: try test.file("abc"), as: keys.final())
      let expected = ArtifactReference(
        key: keys.final(), bytes: 3,
        sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
      #expect(outcome == .stored(expected))
      #expect(try await test.store.head(keys.final()) == expected)
      #expect(try await test.store.size(keys.final()) == 3)
      #expect(try Sample.text(of: try await test.store.localFile(keys.final())) == "abc")
      #expect(try await test.store.copy(keys.final(), to: "\(test.folder)/copy") == expected)
      #expect(try Sample.text(of: "\(test.folder)/copy") == "abc")
      try await test.store.verify(expected)
    }
  }

  @Test(
    arguments: TestStore.Kind.available,
    [0, 1, 1 << 20, (1 << 20) + 1, 9 << 20, (16 << 20) - 1, 16 << 20, (24 << 20) + 1])
  func fileOfAnyLengthComesBack(_ kind: TestStore.Kind, _ count: Int) async throws {
    try await TestStore.with(kind) { test in
      let data = Sample.noise(count)
      let reference = try await test.store.put(file: try test.file(data), as: keys.stitched()).reference
      #expect(reference.bytes == count)
      #expect(try Data(contentsOf: URL(filePath: try await test.store.localFile(keys.stitched()))) == data)
      #expect(try await test.store.copy(keys.stitched(), to: "\(test.folder)/copy") == reference)
      #expect(try await test.store.head(keys.stitched()) == reference)
    }
  }

  @Test(arguments: TestStore.Kind.available)
  func takenKeyIsNeverOverwritten(_ kind: TestStore.Kind) async throws {
    try await TestStore.with(kind) { test in
      let first = try await test.store.put(file: try test.file("first"), as: keys.stitched())
      let second = try await test.store.put(file: try test.file("second"), as: keys.stitched())
      #expect(second == .exists(first.reference))
      let large = try await test.store.put(file: try test.file(Sample.noise(17 << 20)), as: keys.stitched())
      #expect(large == .exists(first.reference))
      #expect(try Sample.text(of: try await test.store.localFile(keys.stitched())) == "first")
    }
  }

  @Test(arguments: TestStore.Kind.available)
  func oneOfManyWritersStoresAndTheOthersFindIt(_ kind: TestStore.Kind) async throws {
    try await TestStore.with(kind) { test in
      let store = test.store
      let files = try (0..<8).map { try test.file("writer \($0)") }
      let outcomes = try await withThrowingTaskGroup(of: PutOutcome.self) { group in
        for file in files { group.addTask { try await store.put(file: file, as: keys.chunk(0)) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let stored = outcomes.filter { if case .stored = $0 { true } else { false } }
      #expect(stored.count == 1)
      #expect(Set(outcomes.map(\.reference)) == [stored[0].reference])
      #expect(try await store.list(keys.folder) == [keys.chunk(0)])
    }
  }

  @Test(arguments: TestStore.Kind.available)
  func changedBytesAreNotVerified(_ kind: TestStore.Kind) async throws {
    try await TestStore.with(kind) { test in
      let reference = try await test.store.put(file: try test.file("abc"), as: keys.music()).reference
      try await test.place("abd", at: keys.music())
      await #expect { try await test.store.verify(reference) } throws: {
        ($0 as? ArtifactError)?.code == .corrupt
      }
    }
  }

  @Test(arguments: TestStore.Kind.available)
  func missingArtifactIsNamed(_ kind: TestStore.Kind) async throws {
    try await TestStore.with(kind) { test in
      let missing = ArtifactError(.missing, "There is no artifact \(keys.final()).")
      #expect(try await test.store.head(keys.final()) == nil)
      #expect(try await test.store.list(keys.folder).isEmpty)
      await #expect(throws: missing) { try await test.store.localFile(keys.final()) }
      await #expect(throws: missing) { try await test.store.copy(keys.final(), to: "\(test.folder)/copy") }
      let names = try FileManager.default.contentsOfDirectory(atPath: test.folder)
      #expect(!names.contains { $0.hasPrefix("copy") })
    }
  }

  @Test(arguments: TestStore.Kind.available)
  func deletedArtifactIsGoneAndDeletingTwiceIsHarmless(_ kind: TestStore.Kind) async throws {
    try await TestStore.with(kind) { test in
      _ = try await test.store.put(file: try test.file("abc"), as: keys.final())
      try await test.store.delete(keys.final())
      try await test.store.delete(keys.final())
      #expect(try await test.store.size(keys.final()) == nil)
    }
  }

  @Test(arguments: TestStore.Kind.available, [0, 1, 2, 3])
  func readersFallBackToTheOldPrefixes(_ kind: TestStore.Kind, _ index: Int) async throws {
    try await TestStore.with(kind) { test in
      let old = StorageKeys.oldPlaces(of: keys.chunk(3))
      #expect(old.count == 4)
      try await test.place("old", at: old[index])
      #expect(try Sample.text(of: try await test.store.localFile(keys.chunk(3))) == "old")
      #expect(try await test.store.head(keys.chunk(3))?.key == keys.chunk(3))
      #expect(try await test.store.copy(keys.chunk(3), to: "\(test.folder)/copy").bytes == 3)
    }
  }

  @Test(arguments: TestStore.Kind.available)
  func todaysPlaceComesBeforeTheOldOne(_ kind: TestStore.Kind) async throws {
    try await TestStore.with(kind) { test in
      try await test.place("old", at: StorageKeys.oldPlaces(of: keys.chunk(3))[0])
      _ = try await test.store.put(file: try test.file("new"), as: keys.chunk(3))
      #expect(try Sample.text(of: try await test.store.localFile(keys.chunk(3))) == "new")
    }
  }

  @Test(arguments: TestStore.Kind.available)
  func nothingIsWrittenOutsideTodaysLayout(_ kind: TestStore.Kind) async throws {
    try await TestStore.with(kind) { test in
      let file = try test.file("abc")
      for key in ["chunks/a/b.mp4", "references/a/b.png", "videos/a/b.mp4", "film.mp4", "a/b/c.mp4"] {
        await #expect { try await test.store.put(file: file, as: key) } throws: {
          ($0 as? ArtifactError)?.code == .invalidKey
        }
      }
    }
  }

  @Test(
    arguments: TestStore.Kind.available,
    [
      "", "/etc/passwd", "../../etc/passwd", "ada/videos/../../x", "ada/videos/./x", "ada//x",
      "ada/videos/x/",
      "ada/videos/%2e%2e/x", "ada/videos/a\0.mp4", "ada\\videos\\x", "ada/videos/\u{2044}x", "ada/.uploads/x",
      "ada/videos/-i", "ada/videos/x y", String(repeating: "a", count: 4096), "ada/videos/x\n", ".probe/x",
    ])
  func traversalIsRefusedEverywhere(_ kind: TestStore.Kind, _ key: String) async throws {
    try await TestStore.with(kind) { test in
      let file = try test.file("abc")
      let isInvalid = { (error: any Error) in (error as? ArtifactError)?.code == .invalidKey }
      await #expect(performing: { try await test.store.put(file: file, as: key) }, throws: isInvalid)
      await #expect(performing: { try await test.store.localFile(key) }, throws: isInvalid)
      await #expect(performing: { try await test.store.copy(key, to: file) }, throws: isInvalid)
      await #expect(performing: { try await test.store.head(key) }, throws: isInvalid)
      await #expect(performing: { try await test.store.delete(key) }, throws: isInvalid)
    }
  }

  @Test(arguments: TestStore.Kind.available)
  func writableStoreIsReadyAndTheCheckLeavesNothing(_ kind: TestStore.Kind) async throws {
    try await TestStore.with(kind) { test in
      try await test.store.check()
      try await test.store.check()
      if let bucket = test.store as? S3ArtifactStore { #expect(try await bucket.client.list("").isEmpty) }
    }
  }

  @Test(arguments: TestStore.Kind.available)
  func leftoversOfInterruptedWritesGoOnceTheyAreOld(_ kind: TestStore.Kind) async throws {
    try await TestStore.with(kind) { test in
      if let bucket = test.store as? S3ArtifactStore {
        let id = try await bucket.client.beginUpload(bucket.name(keys.final()), headers: [])
        let part = S3Client.Body.bytes(Data("part".utf8))
        _ = try await bucket.client.uploadPart(1, of: bucket.name(keys.final()), id, part)
      } else {
        try await test.place("part", at: ".uploads/x.part")
      }
      #expect(try await test.store.removeLeftovers(before: .distantPast) == 0)
      #expect(try await test.store.removeLeftovers(before: .distantFuture) == 1)
      #expect(try await test.store.removeLeftovers(before: .distantFuture) == 0)
    }
  }
}
