import Artifacts
import Contracts
import Foundation
import HTTPClient
import HTTPTypes
import Harness
import HummingbirdTesting
import NIOCore
import ServiceKit
import Testing

@testable import Gateway

/// A gateway over a store with one film in it.
private final class Cinema: Sendable {
  let folder: String
  let gateway: TestGateway
  let key = Fixture.keys.final()
  let film = "0123456789"

  init() async throws {
    folder = FileManager.default.temporaryDirectory.path + "/cinema-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(film.utf8).write(to: URL(filePath: folder + "/film"))
    var gateway = TestGateway()
    gateway.store = LocalArtifactStore(root: folder + "/store")
    self.gateway = gateway
    _ = try await gateway.store.put(file: folder + "/film", as: key)
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var link: String { signed(now: Date()) }

  func signed(now: Date) -> String {
    let link = Fixture.signer.sign(key: key, now: now)
    return "/media/\(key)?expires=\(link.expires)&signature=\(link.signature)"
  }
}

struct MediaRoutesTests {
  @Test func signedFilmIsSentWhole() async throws {
    let cinema = try await Cinema()
    let response = try await cinema.gateway.send(.get, cinema.link)
    #expect(response.status == .ok)
    #expect(String(buffer: response.body) == cinema.film)
    #expect(response.headers[.contentType] == "video/mp4")
    #expect(response.headers[.acceptRanges] == "bytes")
    #expect(response.headers[.contentDisposition] == "inline; filename=\"final_draft.mp4\"")
    #expect(response.headers[.xContentTypeOptions] == "nosniff")
  }

  @Test(arguments: [
    ("bytes=0-3", "0123", "0-3"), ("bytes=4-", "456789", "4-9"), ("bytes=-3", "789", "7-9"),
    ("bytes=8-99", "89", "8-9"),
  ])
  func rangeIsSentAsAPart(_ header: String, _ expected: String, _ range: String) async throws {
    let cinema = try await Cinema()
    let response = try await cinema.gateway.send(.get, cinema.link, headers: [.range: header])
    #expect(response.status == .partialContent)
    #expect(String(buffer: response.body) == expected)
    #expect(response.headers[.contentRange] == "bytes \(range)/10")
  }

  @Test func rangeBehindTheEndIs416() async throws {
    let cinema = try await Cinema()
    let response = try await cinema.gateway.send(.get, cinema.link, headers: [.range: "bytes=10-"])
    #expect(response.status == .rangeNotSatisfiable)
    #expect(response.headers[.contentRange] == "bytes */10")
  }

  @Test func headSaysHowLongItIsAndSendsNothing() async throws {
    let cinema = try await Cinema()
    let response = try await cinema.gateway.send(.head, cinema.link)
    #expect(response.status == .ok)
    #expect(response.headers[.contentLength] == "10")
    #expect(response.body.readableBytes == 0)
  }

  @Test func knownBytesAreNotSentAgain() async throws {
    let cinema = try await Cinema()
    let tag = try #require(try await cinema.gateway.send(.get, cinema.link).headers[.eTag])
    let same = try await cinema.gateway.send(.get, cinema.link, headers: [.ifNoneMatch: tag])
    let other = try await cinema.gateway.send(
      .get, cinema.link, headers: [.range: "bytes=0-1", .ifRange: "\"other\""])
    #expect(same.status == .notModified)
    #expect(other.status == .ok)
  }

  @Test func everyChangedLinkIsRefused() async throws {
    let cinema = try await Cinema()
    let link = cinema.link
    let changed = [
      String(link.dropLast()), link + "0", link.replacingOccurrences(of: "expires=1", with: "expires=2"),
      link.replacingOccurrences(of: "final_draft", with: "stitched"), "/media/\(cinema.key)",
      link.replacingOccurrences(of: "/local/", with: "/eve/"),
    ]
    for link in changed {
      #expect(try await cinema.gateway.send(.get, link).status == .forbidden)
    }
  }

  @Test func endedLinkSaysSo() async throws {
    let cinema = try await Cinema()
    let response = try await cinema.gateway.send(.get, cinema.signed(now: Date(timeIntervalSinceNow: -8000)))
    #expect(response.status == .forbidden)
    #expect(try problem(response).code == "link_expired")
  }

  @Test(arguments: [
    "/media/../etc/passwd", "/media/%2e%2e/x", "/media/local/videos/%2e%2e/x", "/media/a%00b", "/media/a%5Cb",
    "/media/",
    "/media//etc/passwd", "/media/local/.uploads/x",
  ])
  func pathThatIsNoKeyIs404(_ path: String) async throws {
    let cinema = try await Cinema()
    #expect(try await cinema.gateway.send(.get, path + "?expires=9999999999&signature=x").status == .notFound)
  }

  @Test func signedLinkToWhatIsGoneIs404() async throws {
    let cinema = try await Cinema()
    let link = cinema.link
    try await cinema.gateway.store.delete(cinema.key)
    #expect(try await cinema.gateway.send(.get, link).status == .notFound)
  }
}

/// Over a bucket, browsers are led to it.
@Suite(.enabled(if: S3Server.isAvailable), .timeLimit(.minutes(2)))
struct MediaRedirectTests {
  private func withCinema(_ body: (TestGateway, _ link: String) async throws -> Void) async throws {
    try await withBucket { bucket in
      let path = FileManager.default.temporaryDirectory.path + "/film-\(UUID().uuidString)"
      try Data("0123456789".utf8).write(to: URL(filePath: path))
      defer { try? FileManager.default.removeItem(atPath: path) }
      let settings = Settings(environment: bucket.environment)
      var gateway = TestGateway()
      gateway.store = ArtifactStoreSettings(settings).open()
      try settings.validate()
      let key = Fixture.keys.final()
      _ = try await gateway.store.put(file: path, as: key)
      let link = Fixture.signer.sign(key: key)
      try await body(gateway, "/media/\(key)?expires=\(link.expires)&signature=\(link.signature)")
    }
  }

  @Test func filmIsFoundBehindTheRedirectWholeOrInPart() async throws {
    try await withCinema { gateway, link in
      let answer = try await gateway.send(.get, link)
      #expect(answer.status == .temporaryRedirect)
      #expect(answer.headers[.cacheControl] == "no-store")
      let location = try #require(answer.headers[.location])
      let client = HTTPClient()
      let whole = try await client.send(OutgoingRequest(method: .get, url: location))
      #expect(String(decoding: whole.body, as: UTF8.self) == "0123456789")
      #expect(whole.headers[.contentType] == "video/mp4")
      #expect(whole.headers[.contentDisposition] == "inline; filename=\"final_draft.mp4\"")
      let part = try await client.send(
        OutgoingRequest(method: .get, url: location, headers: [.range: "bytes=4-"]))
      #expect(part.status == 206)
      #expect(String(decoding: part.body, as: UTF8.self) == "456789")
    }
  }

  @Test func redirectEndsWithTheLink() async throws {
    try await withCinema { gateway, link in
      let location = try #require(try await gateway.send(.get, link).headers[.location])
      let seconds = try #require(
        location.split(separator: "&").first { $0.hasPrefix("X-Amz-Expires=") }?.split(separator: "=").last)
      let end = try #require(
        link.split(separator: "&").first?.split(separator: "=").last.flatMap { TimeInterval($0) })
      #expect(abs(Date().timeIntervalSince1970 + (TimeInterval(seconds) ?? 0) - end) < 30)
    }
  }

  @Test func indexOfAFilmstripIsAnsweredHereBecauseItsLinksAreSigned() async throws {
    try await withCinema { gateway, _ in
      let path = FileManager.default.temporaryDirectory.path + "/strip-\(UUID().uuidString)"
      try Data("WEBVTT\n\nfilmstrip.jpg#xywh=0,0,160,90\n".utf8).write(to: URL(filePath: path))
      defer { try? FileManager.default.removeItem(atPath: path) }
      let key = Fixture.keys.filmstripVtt()
      _ = try await gateway.store.put(file: path, as: key)
      let link = Fixture.signer.sign(key: key)
      let answer = try await gateway.send(
        .get, "/media/\(key)?expires=\(link.expires)&signature=\(link.signature)")
      #expect(answer.status == .ok)
      #expect(String(buffer: answer.body).contains("/media/\(Fixture.keys.filmstrip())?expires="))
    }
  }

  @Test func headIsAnsweredHere() async throws {
    try await withCinema { gateway, link in
      let answer = try await gateway.send(.head, link)
      #expect(answer.status == .ok)
      #expect(answer.headers[.contentLength] == "10")
    }
  }

  @Test func forgedAndStaleLinksLeadNowhere() async throws {
    try await withCinema { gateway, link in
      #expect(try await gateway.send(.get, link + "0").status == .forbidden)
      try await gateway.store.delete(Fixture.keys.final())
      #expect(try await gateway.send(.get, link).status == .notFound)
    }
  }
}

struct ByteRangeTests {
  @Test(
    arguments: [
      (nil, ByteRange.whole), ("bytes=0-0", .part(0...0)), ("bytes=9-", .part(9...9)),
      ("bytes=-1", .part(9...9)),
      ("bytes=-99", .part(0...9)), ("bytes=0-99999999999999999999", .part(0...9)), (" BYTES = 0-1", .whole),
      ("Bytes=0-1", .part(0...1)), ("bytes=0-1,3-4", .whole), ("bytes=5-2", .whole), ("bytes=", .whole),
      ("bytes=-", .whole), ("bytes=a-b", .whole), ("bytes=--1", .whole), ("items=0-1", .whole),
      ("bytes=10-", .unsatisfiable), ("bytes=10-12", .unsatisfiable), ("bytes=-0", .unsatisfiable),
      ("bytes=99999999999999999999-", .unsatisfiable),
    ] as [(String?, ByteRange)])
  func headerIsRead(_ header: String?, _ expected: ByteRange) {
    #expect(ByteRange(header: header, size: 10) == expected)
  }

  @Test(arguments: ["bytes=0-", "bytes=-5", "bytes=0-0"]) func emptyFileHasNoPart(_ header: String) {
    #expect(ByteRange(header: header, size: 0) == .unsatisfiable)
  }
}
