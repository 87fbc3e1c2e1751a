import Artifacts
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import ServiceKit
import Testing

@testable import Gateway

/// A gateway over a store with a filmstrip and its index in it.
final class WebVTTTests {
  private let gateway: TestGateway
  private let folder: String
  private let key = Fixture.keys.filmstripVtt()
  private let text = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nfilmstrip.jpg#xywh=0,0,160,90\n"

  init() async throws {
    folder = FileManager.default.temporaryDirectory.path + "/strip-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    var gateway = TestGateway()
    gateway.store = LocalArtifactStore(root: folder + "/store")
    for (name, key) in [(text, key), ("sheet", Fixture.keys.filmstrip())] {
      try Data(name.utf8).write(to: URL(filePath: folder + "/file"))
      _ = try await gateway.store.put(file: folder + "/file", as: key)
    }
    self.gateway = gateway
  }

  private var link: String {
    let link = Fixture.signer.sign(key: key, now: Date())
    return "/media/\(key)?expires=\(link.expires)&signature=\(link.signature)"
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  @Test func pointersBecomeLinksThatCanBeFollowed() async throws {
    let response = try await gateway.send(.get, link)
    #expect(response.headers[.contentType] == "text/vtt; charset=utf-8")
    let lines = String(buffer: response.body).split(separator: "\n").map(String.init)
    #expect(lines[0] == "WEBVTT" && lines[1] == "00:00:00.000 --> 00:00:01.000")
    #expect(lines[2].hasPrefix("http://localhost/media/\(Fixture.keys.filmstrip())?expires="))
    #expect(lines[2].hasSuffix("#xywh=0,0,160,90"))
    let path = try #require(lines[2].split(separator: "#").first).dropFirst("http://localhost".count)
    let sheet = try await gateway.send(.get, String(path))
    #expect(sheet.headers[.contentType] == "image/jpeg" && String(buffer: sheet.body) == "sheet")
  }

  @Test func sameLinksAreNotSentAgain() async throws {
    let tag = try #require(try await gateway.send(.get, link).headers[.eTag])
    #expect(try await gateway.send(.get, link, headers: [.ifNoneMatch: tag]).status == .notModified)
  }

  @Test func changedLinkIsRefused() async throws {
    #expect(try await gateway.send(.get, link + "0").status == .forbidden)
  }

  @Test(arguments: ["NOTE a#xywh=1", "../x#xywh=0,0,1,1", "#xywh=0,0,1,1", "plain text", ""])
  func linesThatPointNowhereStay(_ line: String) {
    let links = Links(base: "http://localhost", signer: Fixture.signer, now: Fixture.instant)
    #expect(WebVTTLinks.signed(line, in: key, links: links) == line)
  }
}
