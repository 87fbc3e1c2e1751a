import Contracts
import FoundationEssentials
import HTTPClient
import HTTPTypes
import Harness
import ServiceKit
import Testing

@testable import Artifacts

private let keys = Sample.keys
private let large = Sample.noise((17 << 20) + 5)

/// A bucket and a store in it, with a folder that goes with the test.
private func withStore(
  _ body: (_ bucket: S3Bucket, _ store: S3ArtifactStore, _ folder: String) async throws -> Void
) async throws {
  let folder = FileManager.default.temporaryDirectory.path + "/s3-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try await withBucket { bucket in try await body(bucket, try bucket.store(folder), folder) }
}

private func write(_ data: Data, _ folder: String) throws -> String {
  let path = "\(folder)/\(UUID().uuidString)"
  try data.write(to: URL(filePath: path))
  return path
}

private func code(_ error: any Error) -> ArtifactError.Code? { (error as? ArtifactError)?.code }

/// Against a server that verifies signatures with botocore's code.
@Suite(.enabled(if: S3Server.isAvailable), .timeLimit(.minutes(5)))
struct S3StoreTests {
  @Test(arguments: [100, 12 << 20])
  func botoReadsWhatWeWrote(_ count: Int) async throws {
    try await withStore { bucket, store, folder in
      let data = Sample.noise(count == 100 ? 100 : large.count, seed: 2)
      _ = try await store.put(file: try write(data, folder), as: keys.final())
      try await bucket.boto("get", keys.final(), "\(folder)/boto")
      #expect(try Data(contentsOf: URL(filePath: "\(folder)/boto")) == data)
    }
  }

  @Test(arguments: [100, 12 << 20])
  func weReadWhatBotoWrote(_ count: Int) async throws {
    try await withStore { bucket, store, folder in
      let data = Sample.noise(count, seed: 3)
      let path = try write(data, folder)
      try await bucket.boto("put", keys.final(), path)
      #expect(try Data(contentsOf: URL(filePath: try await store.localFile(keys.final()))) == data)
      let head = try await store.head(keys.final())
      #expect(head?.bytes == count)
      let sha256 = try BlockingFile.digest(path).sha256
      #expect(head?.sha256 == sha256)
      let reference = try #require(head)
      #expect(try await store.put(file: path, as: keys.final()) == .exists(reference))
    }
  }

  @Test func openLinkNeedsNoKeyAndNamesTheFile() async throws {
    try await withStore { _, store, folder in
      _ = try await store.put(file: try write(Data("film".utf8), folder), as: keys.final())
      let form = LinkForm(type: "video/mp4", disposition: "inline; filename=\"a b.mp4\"")
      let link = try #require(
        try await store.link(keys.final(), until: Date(timeIntervalSinceNow: 60), as: form))
      let answer = try await HTTPClient().send(OutgoingRequest(method: .get, url: link))
      #expect(answer.body == Data("film".utf8))
      #expect(answer.headers[.contentType] == "video/mp4")
      #expect(answer.headers[.contentDisposition] == form.disposition)
    }
  }

  @Test(arguments: [
    ("X-Amz-Expires=", "X-Amz-Expires=1"), ("final_draft", "stitched"), ("inline", "attachment"),
    ("X-Amz-Signature=", "X-Amz-Signature=0"), ("X-Amz-Credential=AKID", "X-Amz-Credential=AKIE"),
  ])
  func everyChangedLinkIsRefused(_ from: String, _ to: String) async throws {
    try await withStore { _, store, folder in
      for key in [keys.final(), keys.stitched()] {
        _ = try await store.put(file: try write(Data("film".utf8), folder), as: key)
      }
      let form = LinkForm(type: "video/mp4", disposition: "inline")
      let link = try #require(
        try await store.link(keys.final(), until: Date(timeIntervalSinceNow: 60), as: form))
      let changed = link.replacing(from, with: to)
      #expect(changed != link)
      #expect(try await HTTPClient().send(OutgoingRequest(method: .get, url: changed)).status == 403)
    }
  }

  @Test func endedLinkIsRefused() async throws {
    try await withStore { _, store, folder in
      _ = try await store.put(file: try write(Data("film".utf8), folder), as: keys.final())
      var past = store.client
      past.now = { Date(timeIntervalSinceNow: -120) }
      let link = past.link(keys.final(), query: [], seconds: 60)
      let answer = try await HTTPClient().send(OutgoingRequest(method: .get, url: link))
      #expect(answer.status == 403)
      #expect(S3Fault(answer, status: 403).message == "Request has expired")
    }
  }

  @Test func noLinkOutlivesSevenDays() async throws {
    try await withStore { _, store, folder in
      _ = try await store.put(file: try write(Data("film".utf8), folder), as: keys.final())
      let form = LinkForm(type: "video/mp4", disposition: "inline")
      let link = try await store.link(keys.final(), until: .distantFuture, as: form)
      #expect(link?.contains("X-Amz-Expires=604800&") == true)
      #expect(try await store.link(keys.music(), until: .distantFuture, as: form) == nil)
    }
  }

  @Test func bytesThatChangeAfterTheirHashAreRefused() async throws {
    try await withStore { _, store, folder in
      let path = try write(Data("abc".utf8), folder)
      let forged = S3Client.Body.part(path: path, offset: 0, count: 3, sha256: SigV4.emptyHash)
      await #expect { try await store.client.put(keys.final(), forged, headers: []) } throws: {
        code($0) == .corrupt
      }
      #expect(try await store.head(keys.final()) == nil)
    }
  }

  @Test func hugeListIsReadPageByPage() async throws {
    try await withStore { _, store, _ in
      _ = try await concurrently(1003, width: 8) { (index) throws(ArtifactError) in
        try await store.client.put("ada/videos/many/\(index)", .none, headers: [])
      }
      #expect(try await store.list("ada/videos/many").count == 1003)
    }
  }

  @Test func secondReadComesFromTheCache() async throws {
    try await withStore { bucket, store, folder in
      _ = try await store.put(file: try write(Data("film".utf8), folder), as: keys.final())
      let first = try await store.localFile(keys.final())
      let second = try await store.localFile(keys.final())
      #expect(first == second)
      #expect(try await bucket.requests().count { $0.hasPrefix("GET") } == 1)
    }
  }

  @Test func damagedCopyIsFetchedAgain() async throws {
    try await withStore { _, store, folder in
      _ = try await store.put(file: try write(Data("film".utf8), folder), as: keys.final())
      let path = try await store.localFile(keys.final())
      try Data("fils".utf8).write(to: URL(filePath: path))
      #expect(try Sample.text(of: try await store.localFile(keys.final())) == "film")
    }
  }

  @Test func passingCheckIsNotRepeatedForEveryQuestion() async throws {
    try await withStore { bucket, store, _ in
      for _ in 0..<5 { try await store.check() }
      #expect(try await bucket.requests().map { $0.prefix(3) } == ["PUT", "GET", "PUT", "DEL"])
    }
  }
}

/// What goes wrong at the other end, and what comes of it.
@Suite(.enabled(if: S3Server.isAvailable), .timeLimit(.minutes(5)))
struct S3FaultTests {
  @Test(arguments: [
    "{\"do\": \"status\", \"status\": 500, \"code\": \"InternalError\", \"method\": \"PUT\", \"contains\": \"partNumber=2\", \"times\": 2}",
    "{\"do\": \"status\", \"status\": 503, \"code\": \"SlowDown\", \"retryAfter\": 1, \"times\": 3}",
    "{\"do\": \"drop\", \"method\": \"PUT\", \"times\": 2}",
    "{\"do\": \"lose\", \"method\": \"PUT\", \"times\": 2}",
    "{\"do\": \"lose\", \"method\": \"POST\", \"contains\": \"uploadId\", \"times\": 1}",
    "{\"do\": \"late\", \"method\": \"POST\", \"contains\": \"uploadId\", \"times\": 1}",
    "{\"do\": \"status\", \"status\": 404, \"code\": \"NoSuchUpload\", \"method\": \"POST\", \"contains\": \"uploadId\", \"times\": 1}",
    "{\"do\": \"status\", \"status\": 404, \"code\": \"NoSuchUpload\", \"method\": \"PUT\", \"contains\": \"partNumber=2\", \"times\": 1}",
    "{\"do\": \"status\", \"status\": 409, \"code\": \"ConditionalRequestConflict\", \"method\": \"POST\", \"contains\": \"uploadId\", \"times\": 1}",
  ])
  func largeFileIsStoredInSpiteOf(_ fault: String) async throws {
    try await withStore { bucket, store, folder in
      let path = try write(large, folder)
      try await bucket.fail(fault)
      let outcome = try await store.put(file: path, as: keys.final())
      #expect(outcome == .stored(outcome.reference))
      let sha256 = try BlockingFile.digest(path).sha256
      #expect(outcome.reference.sha256 == sha256)
      #expect(try Data(contentsOf: URL(filePath: try await store.localFile(keys.final()))) == large)
      #expect(try await store.client.openUploads("").isEmpty)
    }
  }

  @Test(arguments: [
    "{\"do\": \"lose\", \"method\": \"PUT\", \"times\": 1}",
    "{\"do\": \"drop\", \"method\": \"PUT\", \"times\": 4}",
    "{\"do\": \"drop\", \"method\": \"HEAD\", \"times\": 4}",
    "{\"do\": \"status\", \"status\": 409, \"code\": \"ConditionalRequestConflict\", \"method\": \"PUT\", \"times\": 2}",
    "{\"do\": \"status\", \"status\": 429, \"code\": \"TooManyRequests\", \"times\": 4}",
  ])
  func smallFileIsStoredInSpiteOf(_ fault: String) async throws {
    try await withStore { bucket, store, folder in
      try await bucket.fail(fault)
      let outcome = try await store.put(file: try write(Data("abc".utf8), folder), as: keys.final())
      #expect(outcome == .stored(outcome.reference))
    }
  }

  @Test(arguments: [3, 17 << 20])
  func fileWhoseChecksumTheStoreSaysIsNotReadBack(_ count: Int) async throws {
    try await withStore { bucket, store, folder in
      _ = try await store.put(file: try write(Sample.noise(count), folder), as: keys.final())
      #expect(try await !bucket.requests().contains { $0.hasPrefix("GET") })
    }
  }

  @Test(arguments: [3, 17 << 20])
  func fileWhoseChecksumTheStoreDoesNotSayIsReadBack(_ count: Int) async throws {
    try await withStore { bucket, store, folder in
      let (path, other) = (try write(Sample.noise(count), folder), try write(Sample.noise(count), folder))
      try await bucket.set("{\"saysNoChecksum\": true}")
      #expect(try await store.put(file: other, as: keys.stitched()).reference.bytes == count)
      try await bucket.fail("{\"do\": \"corrupt\", \"method\": \"GET\", \"times\": 99}")
      await #expect { try await store.put(file: path, as: keys.final()) } throws: { code($0) == .corrupt }
    }
  }

  @Test func lostAnswerDoesNotMakeAnothersFileOurs() async throws {
    try await withStore { bucket, store, folder in
      let first = try await store.put(file: try write(Data("first".utf8), folder), as: keys.final())
      try await bucket.fail("{\"do\": \"lose\", \"method\": \"PUT\", \"times\": 1}")
      let second = try await store.put(file: try write(Data("second".utf8), folder), as: keys.final())
      #expect(second == .exists(first.reference))
    }
  }

  @Test func storeThatOverwritesMayNotBeUsed() async throws {
    try await withStore { bucket, store, _ in
      try await bucket.set("{\"ignoresPreconditions\": true}")
      await #expect { try await store.check() } throws: { error in
        guard let error = error as? ArtifactError else { return false }
        return !error.isTransient && error.message.contains("does not keep If-None-Match")
      }
      #expect(try await store.client.list("").isEmpty)
    }
  }

  @Test func probeRemovesWhatItWroteThoughNobodyWaits() async throws {
    try await withStore { bucket, store, _ in
      let waiting = Task { try await store.check() }
      waiting.cancel()
      _ = await waiting.result
      try await store.check()
      #expect(try await store.client.list("").isEmpty)
      #expect(try await bucket.requests().last { !$0.hasPrefix("GET") }?.hasPrefix("DELETE") == true)
    }
  }

  @Test func cacheThatCannotBeWrittenIsNamedByTheCheck() async throws {
    try await withStore { bucket, _, folder in
      let store = try bucket.store(try write(Data(), folder))
      await #expect { try await store.check() } throws: { error in
        guard let error = error as? ArtifactError else { return false }
        return error.needsPerson && error.message.contains("LONGTAKE_CACHE_DIR, \(store.cache.folder)")
      }
    }
  }

  @Test func sweepGoesOnAfterAnUploadThatStaysAndNamesIt() async throws {
    try await withStore { bucket, store, _ in
      for key in [keys.final(), keys.stitched()] { _ = try await store.client.beginUpload(key, headers: []) }
      try await bucket.fail(
        "{\"do\": \"status\", \"status\": 403, \"code\": \"AccessDenied\", \"method\": \"DELETE\", \"times\": 1}"
      )
      let first = try #require(try await store.client.openUploads("").first)
      await #expect { try await store.removeLeftovers(before: .distantFuture) } throws: { error in
        (error as? ArtifactError)?.message.contains("The upload of \(first.name)") == true
      }
      #expect(try await store.client.openUploads("") == [first])
    }
  }

  @Test func oldProbesAreSwept() async throws {
    try await withStore { _, store, _ in
      _ = try await store.client.put(".probe/x", .none, headers: [])
      #expect(try await store.removeLeftovers(before: .distantPast) == 0)
      #expect(try await store.removeLeftovers(before: .distantFuture) == 1)
      #expect(try await store.client.list("").isEmpty)
    }
  }

  @Test func uploadThatFailsForGoodLeavesNoParts() async throws {
    try await withStore { bucket, store, folder in
      try await bucket.fail(
        "{\"do\": \"status\", \"status\": 500, \"code\": \"InternalError\", \"contains\": \"partNumber=2\", \"times\": 99}"
      )
      let path = try write(large, folder)
      await #expect { try await store.put(file: path, as: keys.final()) } throws: { code($0) == .unreachable }
      #expect(try await store.client.openUploads("").isEmpty)
      #expect(try await store.head(keys.final()) == nil)
    }
  }

  @Test(arguments: ["truncate", "drop"])
  func brokenDownloadIsRepeated(_ fault: String) async throws {
    try await withStore { bucket, store, folder in
      _ = try await store.put(file: try write(large, folder), as: keys.final())
      try await bucket.fail("{\"do\": \"\(fault)\", \"method\": \"GET\", \"times\": 3}")
      #expect(try Data(contentsOf: URL(filePath: try await store.localFile(keys.final()))) == large)
    }
  }

  @Test func bytesThatAreNotThoseStoredAreNotHandedOut() async throws {
    try await withStore { bucket, store, folder in
      _ = try await store.put(file: try write(Data("film".utf8), folder), as: keys.final())
      try await bucket.fail("{\"do\": \"corrupt\", \"method\": \"GET\", \"times\": 2}")
      await #expect { try await store.localFile(keys.final()) } throws: { code($0) == .corrupt }
      await #expect { try await store.copy(keys.final(), to: "\(folder)/copy") } throws: {
        code($0) == .corrupt
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(folder)/cache").isEmpty)
      #expect(try Sample.text(of: try await store.localFile(keys.final())) == "film")
    }
  }

  @Test(arguments: ["list", "head", "read", "upload"]) func garbageIsNoS3(_ what: String) async throws {
    try await withStore { bucket, store, folder in
      let path = try write(large, folder)
      try await bucket.fail("{\"do\": \"garbage\", \"times\": 99}")
      await #expect {
        switch what {
        case "list": _ = try await store.list(keys.folder)
        case "head": _ = try await store.head(keys.final())
        case "read": _ = try await store.copy(keys.final(), to: "\(folder)/copy")
        default: _ = try await store.put(file: path, as: keys.final())
        }
      } throws: {
        code($0) == .refused
      }
    }
  }

  @Test(arguments: [
    ("{\"refusesWrites\": true}", ArtifactError.Code.denied, "allow the key"),
    ("{\"isFull\": true}", .full, "free space in"),
    ("{\"clockOffset\": 3600}", .clockSkew, "60 minutes behind"),
    ("{\"clockOffset\": -7200}", .clockSkew, "120 minutes ahead of"),
  ])
  func faultIsSaidByCheckAndByWrite(_ state: String, _ expected: ArtifactError.Code, _ words: String)
    async throws
  {
    try await withStore { bucket, store, folder in
      let path = try write(Data("abc".utf8), folder)
      try await bucket.set(state)
      let isSaid = { (error: any Error) in
        guard let error = error as? ArtifactError else { return false }
        return error.code == expected && error.message.contains(words)
          && error.isTransient == (expected == .full)
      }
      await #expect(performing: { try await store.check() }, throws: isSaid)
      await #expect(performing: { try await store.put(file: path, as: keys.final()) }, throws: isSaid)
    }
  }

  @Test(arguments: [
    (["name": "no-such-bucket"], ArtifactError.Code.noBucket, "create it, or correct LONGTAKE_S3_BUCKET"),
    (["keyID": "AKIDOTHER"], .badKey, "correct AWS_ACCESS_KEY_ID"),
    (["secret": "other"], .badKey, "AWS_SECRET_ACCESS_KEY does not belong"),
  ])
  func wrongSettingIsSaidByCheckAndByRead(
    _ change: [String: String], _ expected: ArtifactError.Code, _ words: String
  ) async throws {
    try await withStore { bucket, _, folder in
      let store = try bucket.store(
        folder, keyID: change["keyID"], secret: change["secret"], name: change["name"])
      let isSaid = { (error: any Error) in
        guard let error = error as? ArtifactError else { return false }
        return error.code == expected && error.message.contains(words)
          && error.isTransient == (expected == .full)
      }
      await #expect(performing: { try await store.check() }, throws: isSaid)
      await #expect(performing: { try await store.copy(keys.final(), to: "\(folder)/copy") }, throws: isSaid)
      await #expect(performing: { try await store.list(keys.folder) }, throws: isSaid)
    }
  }
}
