import FoundationEssentials
import ServiceKit
import Testing

@testable import Artifacts

struct ArtifactCacheTests {
  private static let store = S3Configuration(
    bucket: "films", endpoint: .aws(region: "x"), region: "x", style: .host,
    credentials: .init(keyID: "k", secret: .init("s")))

  private func adopt(
    _ name: String, _ bytes: Int, into cache: ArtifactCache, now: Date = Date()
  ) throws -> String {
    let object = S3Object(bytes: bytes, etag: "\"1\"", sha256: nil)
    let temporary = try cache.temporaryPath()
    try Data(count: bytes).write(to: URL(filePath: temporary))
    return try cache.adopt(temporary, as: .init(of: name, object, in: Self.store), now: now)
  }

  private func withCache(limit: Int, _ body: (ArtifactCache) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/cache-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(ArtifactCache(folder: folder, limit: limit))
  }

  private func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  @Test func copiesOfTheLastHourStayHoweverFullItIs() throws {
    try withCache(limit: 1000) { cache in
      let paths = try (0..<5).map { try adopt("\($0).mp4", 400, into: cache) }
      #expect(paths.allSatisfy(isThere))
    }
  }

  @Test func whatWasNotUsedForLongestGoesFirst() throws {
    try withCache(limit: 1000) { cache in
      let old = try adopt("old.mp4", 400, into: cache)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -9000)], ofItemAtPath: old)
      let used = try adopt("used.mp4", 400, into: cache)
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -5000)], ofItemAtPath: used)
      let new = try adopt("new.mp4", 400, into: cache)
      #expect(!isThere(old) && isThere(used) && isThere(new))
    }
  }

  @Test func foreignFileIsLeftAlone() throws {
    try withCache(limit: 0) { cache in
      try BlockingFile.makeFolders(cache.folder)
      let foreign = "\(cache.folder)/notes.part"
      try Data(count: 400).write(to: URL(filePath: foreign))
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -9000)], ofItemAtPath: foreign)
      _ = try adopt("new.mp4", 400, into: cache)
      #expect(isThere(foreign))
    }
  }

  @Test func copyThatIsUsedMeanwhileStays() throws {
    try withCache(limit: 1000) { cache in
      let path = try adopt("a.mp4", 4, into: cache)
      let changed = try #require(try BlockingFile.files(in: cache.folder).first).changed
      #expect(!ArtifactCache.remove(path, unchangedSince: changed.addingTimeInterval(-4000)))
      #expect(isThere(path))
      #expect(ArtifactCache.remove(path, unchangedSince: changed))
    }
  }

  @Test func objectWithAnotherETagIsAnotherEntry() {
    let names = ["\"1\"", "\"2\""].map {
      ArtifactCache.Entry(of: "a.mp4", S3Object(bytes: 1, etag: $0, sha256: nil), in: Self.store).name
    }
    #expect(names[0] != names[1])
    #expect(names.allSatisfy { $0.hasSuffix(".mp4") })
  }

  @Test func copyOfAnotherLengthIsNotUsed() throws {
    try withCache(limit: 1000) { cache in
      let path = try adopt("a.mp4", 4, into: cache)
      let entry = ArtifactCache.Entry(
        of: "a.mp4", S3Object(bytes: 4, etag: "\"1\"", sha256: nil), in: Self.store)
      #expect(try cache.find(entry) == path)
      try Data(count: 3).write(to: URL(filePath: path))
      #expect(try cache.find(entry) == nil)
    }
  }
}
