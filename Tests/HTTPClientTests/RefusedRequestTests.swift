import FoundationEssentials
import HTTPClient
import HTTPTypes
import Testing

/// Requests that must not leave this process.
@Suite(.timeLimit(.minutes(1)))
struct RefusedRequestTests {
  private let client = HTTPClient()

  @Test(arguments: [
    "file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "dict://127.0.0.1/", "127.0.0.1/", "",
    "http://", "http:///path", "https:127.0.0.1", "http://user:word@127.0.0.1/", "http://a@b/",
    "http://127.0.0.1/ HTTP/1.1\r\nX-Evil: 1\r\n\r\n", "http://127.0.0.1/\u{0}", "http://127.0.0.1/é",
    "http://127.0.0.1/a b",
  ])
  func badURLIsRefused(_ url: String) async throws {
    let error = await #expect(throws: TransferError.self) {
      try await client.send(OutgoingRequest(method: .get, url: url))
    }
    #expect(error?.kind == .invalidRequest)
    #expect(error?.reachedPeer == false)
    #expect(error?.isTransient == false)
  }

  @Test(arguments: [HTTPField.Name.contentLength, .transferEncoding, .connection, .expect])
  func framingFieldIsRefused(_ name: HTTPField.Name) async throws {
    try await HTTPStub.with({ _ in HTTPStub.answer("") }) { stub, url in
      let error = await #expect(throws: TransferError.self) {
        try await client.send(OutgoingRequest(method: .get, url: url, headers: [name: "1"]))
      }
      #expect(error?.kind == .invalidRequest)
      #expect(stub.requests.isEmpty)
    }
  }

  @Test func lineBreakInAFieldCannotMakeAnother() async throws {
    try await HTTPStub.with({ _ in HTTPStub.answer("") }) { stub, url in
      let headers: HTTPFields = [.cookie: "a\r\nX-Evil: 1"]
      _ = try await client.send(OutgoingRequest(method: .get, url: url, headers: headers))
      let head = try #require(stub.requests.first?.head)
      #expect(!head.contains("\r\nX-Evil"))
    }
  }
}
