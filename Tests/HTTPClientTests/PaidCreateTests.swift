import FoundationEssentials
import HTTPClient
import HTTPTypes
import Testing

/// Regression for finding 1 of RELIABILITY: libcurl repeats a POST on a kept connection that dies.
@Suite(.timeLimit(.minutes(1)))
struct PaidCreateTests {
  private let client = HTTPClient()

  /// The number of POSTs that a peer sees which reads them and closes its kept connection.
  private func posts(_ mode: OutgoingRequest.Mode) async throws -> (count: Int, error: TransferError) {
    let script: HTTPStub.Script = { $0.method == "POST" ? [.close] : HTTPStub.answer("warm") }
    return try await HTTPStub.with(script) { stub, url in
      _ = try await client.send(OutgoingRequest(method: .get, url: url))
      var request = OutgoingRequest(method: .post, url: url, body: .bytes(Data("pay".utf8)))
      request.mode = mode
      let error = try #require(await #expect(throws: TransferError.self) { try await client.send(request) })
      return (stub.requests.count { $0.method == "POST" }, error)
    }
  }

  @Test func paidRequestLeavesExactlyOnce() async throws {
    let (count, error) = try await posts(.paidCreate)
    #expect(count == 1)
    #expect(error.kind == .transport)
    #expect(error.reachedPeer)
  }

  @Test func ordinaryRequestIsRepeatedOnAFreshConnection() async throws {
    var counts: [Int] = []
    // It happens when the kept connection is taken up again, which a busy machine may miss now and then.
    while !counts.contains(2), counts.count < 5 {
      let (count, error) = try await posts(.ordinary)
      #expect(error.reachedPeer)
      counts.append(count)
    }
    #expect(counts.contains(2), "\(counts)")
  }

  @Test func paidConnectionIsNotKept() async throws {
    try await HTTPStub.with({ _ in HTTPStub.answer("") }) { stub, url in
      var request = OutgoingRequest(method: .post, url: url)
      request.mode = .paidCreate
      for _ in 0..<2 { _ = try await client.send(request) }
      _ = try await client.send(OutgoingRequest(method: .get, url: url))
      #expect(stub.connectionCount == 3)
    }
  }
}
