import FoundationEssentials
import HTTPClient
import HTTPTypes
import Testing

/// What an ordinary exchange puts on the wire and gives back.
@Suite(.timeLimit(.minutes(1)))
struct ExchangeTests {
  private let client = HTTPClient()

  @Test func answerBringsStatusFieldsAndBody() async throws {
    let script: HTTPStub.Script = { _ in
      HTTPStub.answer("hello", status: "418 Teapot", headers: "X-A: 1\r\nX-A:  two \r\n")
    }
    try await HTTPStub.with(script) { _, url in
      let answer = try await client.send(OutgoingRequest(method: .get, url: "\(url)/a?b=c"))
      #expect(answer.status == 418)
      #expect(answer.headers[values: try #require(HTTPField.Name("x-a"))] == ["1", "two"])
      #expect(answer.body == Data("hello".utf8))
    }
  }

  @Test(arguments: [HTTPRequest.Method.post, .put, .patch, .delete])
  func bytesAreSentWithTheMethod(_ method: HTTPRequest.Method) async throws {
    try await HTTPStub.with({ _ in HTTPStub.answer("") }) { stub, url in
      let request = OutgoingRequest(
        method: method, url: url, headers: [.contentType: "application/json"], body: .bytes(Data("{}".utf8)))
      _ = try await client.send(request)
      let seen = try #require(stub.requests.first)
      #expect(seen.method == method.rawValue)
      #expect(seen.body == "{}")
      #expect(seen.head.contains("Content-Type: application/json"))
      #expect(!seen.head.contains("Expect:") && !seen.head.contains("Accept-Encoding"))
    }
  }

  @Test(arguments: [HTTPRequest.Method.get, .head, .delete, .post, .put])
  func requestsWithoutABodyAreComplete(_ method: HTTPRequest.Method) async throws {
    try await HTTPStub.with({ _ in [.send("HTTP/1.1 204 No Content\r\n\r\n")] }) { stub, url in
      #expect(try await client.send(OutgoingRequest(method: method, url: url)).status == 204)
      let seen = try #require(stub.requests.first)
      #expect(seen.method == method.rawValue)
      #expect(!seen.head.contains("Content-Type"))
    }
  }

  @Test func fileIsSentFromDisk() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("upload")
    let content = String(repeating: "0123456789", count: 50_000)
    try Data(content.utf8).write(to: URL(filePath: path))
    try await HTTPStub.with({ _ in HTTPStub.answer("") }) { stub, url in
      _ = try await client.send(OutgoingRequest(method: .put, url: url, body: .file(path: path)))
      #expect(stub.requests.first?.body == content)
    }
  }

  @Test func partOfAFileIsSent() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("upload")
    try Data("0123456789".utf8).write(to: URL(filePath: path))
    try await HTTPStub.with({ _ in HTTPStub.answer("") }) { stub, url in
      let part = OutgoingRequest.Body.part(path: path, offset: 3, count: 4)
      _ = try await client.send(OutgoingRequest(method: .put, url: url, body: part))
      #expect(stub.requests.first?.body == "3456")
    }
  }

  @Test func partThatTheFileDoesNotHaveIsAFaultOfThisSide() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("upload")
    try Data("0123456789".utf8).write(to: URL(filePath: path))
    try await HTTPStub.with({ _ in HTTPStub.answer("") }) { _, url in
      let part = OutgoingRequest.Body.part(path: path, offset: 8, count: 4)
      let error = await #expect(throws: TransferError.self) {
        try await client.send(OutgoingRequest(method: .put, url: url, body: part))
      }
      #expect(error?.kind == .file)
    }
  }

  @Test func missingFileIsAFaultOfThisSide() async throws {
    let request = OutgoingRequest(method: .put, url: "http://127.0.0.1:9", body: .file(path: "/nonexistent"))
    let error = await #expect(throws: TransferError.self) { try await client.send(request) }
    #expect(error?.kind == .file)
    #expect(error?.reachedPeer == false)
  }

  @Test func connectionIsReused() async throws {
    try await HTTPStub.with({ _ in HTTPStub.answer("") }) { stub, url in
      for _ in 0..<5 { _ = try await client.send(OutgoingRequest(method: .get, url: url)) }
      #expect(stub.connectionCount == 1)
    }
  }

  @Test func redirectIsAnAnswer() async throws {
    let script: HTTPStub.Script = { _ in
      HTTPStub.answer("", status: "302 Found", headers: "Location: /elsewhere\r\n")
    }
    try await HTTPStub.with(script) { stub, url in
      let answer = try await client.send(OutgoingRequest(method: .get, url: url))
      #expect(answer.status == 302)
      #expect(stub.requests.count == 1)
    }
  }

  @Test func interimAnswerIsForgotten() async throws {
    let script: HTTPStub.Script = { _ in
      [.send("HTTP/1.1 103 Early Hints\r\nLocation: early\r\n\r\n")] + HTTPStub.answer("real")
    }
    try await HTTPStub.with(script) { _, url in
      let answer = try await client.send(OutgoingRequest(method: .get, url: url))
      #expect(answer.status == 200)
      #expect(answer.headers[.location] == nil)
    }
  }

  @Test func emptyFieldIsSent() async throws {
    try await HTTPStub.with({ _ in HTTPStub.answer("") }) { stub, url in
      _ = try await client.send(OutgoingRequest(method: .get, url: url, headers: [.cookie: ""]))
      #expect(stub.requests.first?.head.contains("\r\nCookie:") == true)
    }
  }

  @Test func fiftyRequestsRunAtOnce() async throws {
    try await HTTPStub.with({ HTTPStub.answer($0.head.split(separator: " ")[1].description) }) { stub, url in
      try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<50 {
          group.addTask { [client] in
            let answer = try await client.send(OutgoingRequest(method: .get, url: "\(url)/\(number)"))
            return answer.body == Data("/\(number)".utf8)
          }
        }
        for try await isRight in group { #expect(isRight) }
      }
      #expect(stub.requests.count == 50)
    }
  }
}
