import FoundationEssentials
import HTTPClient
import HTTPTypes
import Testing

@Suite(.timeLimit(.minutes(1)))
struct DownloadTests {
  private let client = HTTPClient()
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [0, 1, 3_000_000])
  func bodyGoesToTheFile(_ count: Int) async throws {
    let content = String(repeating: "x", count: count)
    try await HTTPStub.with({ _ in HTTPStub.answer(content) }) { _, url in
      let answer = try await client.download(
        OutgoingRequest(method: .get, url: url), to: folder.path("clip.mp4"))
      #expect(answer.status == 200)
      #expect(answer.body.isEmpty)
      #expect(try Data(contentsOf: URL(filePath: folder.path("clip.mp4"))) == Data(content.utf8))
      #expect(try folder.names() == ["clip.mp4"])
    }
  }

  @Test func pieceIsWrittenInItsPlace() async throws {
    let path = folder.path("clip.mp4")
    try Data("0123456789".utf8).write(to: URL(filePath: path))
    try await HTTPStub.with({ _ in HTTPStub.answer("abc") }) { _, url in
      _ = try await client.download(OutgoingRequest(method: .get, url: url), into: path, at: 4)
      #expect(try Data(contentsOf: URL(filePath: path)) == Data("0123abc789".utf8))
    }
  }

  @Test func pieceOfAMissingFileIsAFaultOfThisSide() async throws {
    let request = OutgoingRequest(method: .get, url: "http://127.0.0.1:9")
    let error = await #expect(throws: TransferError.self) {
      try await client.download(request, into: folder.path("none"), at: 0)
    }
    #expect(error?.kind == .file)
  }

  @Test(arguments: [
    ("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", TransferError.Kind.transport),
    ("HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n", .tooLarge),
    ("HTTP/1.1 200 OK\r\n\r\n\(String(repeating: "x", count: 3000))", .tooLarge),
  ])
  func failedDownloadLeavesNoFile(_ answer: String, _ kind: TransferError.Kind) async throws {
    try await HTTPStub.with({ _ in [.send(answer), .close] }) { _, url in
      var request = OutgoingRequest(method: .get, url: url)
      request.maximumResponseBytes = 2000
      let error = await #expect(throws: TransferError.self) {
        try await client.download(request, to: folder.path("clip.mp4"))
      }
      #expect(error?.kind == kind)
      let names = try folder.names()
      #expect(names.isEmpty)
    }
  }

  @Test func cancelledDownloadLeavesNoFile() async throws {
    let script: HTTPStub.Script = { _ in [.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")] }
    try await HTTPStub.with(script) { stub, url in
      let task = Task { [client, folder] in
        try await client.download(OutgoingRequest(method: .get, url: url), to: folder.path("clip.mp4"))
      }
      #expect(await stub.waitForEvent() == "request")
      task.cancel()
      await #expect(throws: TransferError.self) { try await task.value }
      let names = try folder.names()
      #expect(names.isEmpty)
    }
  }

  @Test func refusalIsReadAndLeavesTheOldFile() async throws {
    try Data("old".utf8).write(to: URL(filePath: folder.path("clip.mp4")))
    try await HTTPStub.with({ _ in HTTPStub.answer("gone", status: "404 Not Found") }) { _, url in
      let answer = try await client.download(
        OutgoingRequest(method: .get, url: url), to: folder.path("clip.mp4"))
      #expect(answer.status == 404)
      #expect(answer.body == Data("gone".utf8))
      #expect(try Data(contentsOf: URL(filePath: folder.path("clip.mp4"))) == Data("old".utf8))
    }
  }

  @Test func unwritablePlaceIsAFaultOfThisSide() async throws {
    try await HTTPStub.with({ _ in HTTPStub.answer("x") }) { _, url in
      let error = await #expect(throws: TransferError.self) {
        try await client.download(OutgoingRequest(method: .get, url: url), to: "/nonexistent/clip.mp4")
      }
      #expect(error?.kind == .file)
      #expect(error?.message.contains("No such file") == true)
    }
  }
}
