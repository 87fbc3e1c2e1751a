import HTTPClient
import HTTPTypes
import Testing

@Suite(.timeLimit(.minutes(1)))
struct CancellationTests {
  private let client = HTTPClient()

  private func start(_ url: String) -> Task<TransferError?, Never> {
    Task { [client] in
      do throws(TransferError) {
        _ = try await client.send(OutgoingRequest(method: .get, url: url))
        return nil
      } catch {
        return error
      }
    }
  }

  @Test func cancelledTransferReleasesItsConnection() async throws {
    try await HTTPStub.with({ _ in [] }) { stub, url in
      let task = start(url)
      #expect(await stub.waitForEvent() == "request")
      task.cancel()
      let error = try #require(await task.value)
      #expect(error.kind == .cancelled)
      #expect(error.reachedPeer)
      #expect(await stub.waitForEvent() == "closed")
    }
  }

  @Test func cancellationBeforeTheStartEndsEveryTransfer() async throws {
    try await HTTPStub.with({ _ in [] }) { _, url in
      let tasks = (0..<200).map { _ in start(url) }
      for task in tasks { task.cancel() }
      for task in tasks { #expect(await task.value?.kind == .cancelled) }
    }
  }

  @Test func cancelledTransferLeavesOthersAlone() async throws {
    let script: HTTPStub.Script = { $0.head.hasPrefix("GET /stall") ? [] : HTTPStub.answer("fine") }
    try await HTTPStub.with(script) { stub, url in
      let stalled = start("\(url)/stall")
      #expect(await stub.waitForEvent() == "request")
      stalled.cancel()
      let answer = try await client.send(OutgoingRequest(method: .get, url: url))
      #expect(answer.status == 200)
      #expect(await stalled.value?.kind == .cancelled)
    }
  }

  @Test func shutdownFailsWhatIsRunningAndWhatComesAfter() async throws {
    try await HTTPStub.with({ _ in [] }) { stub, url in
      let running = start(url)
      #expect(await stub.waitForEvent() == "request")
      await client.shutdown()
      let error = try #require(await running.value)
      #expect(error.kind == .closed)
      #expect(error.reachedPeer)
      #expect(await start(url).value?.reachedPeer == false)
      await client.shutdown()
    }
  }

  @Test func clientThatIsForgottenClosesItsConnections() async throws {
    try await HTTPStub.with({ _ in HTTPStub.answer("") }) { stub, url in
      _ = try await HTTPClient().send(OutgoingRequest(method: .get, url: url))
      #expect(await stub.waitForEvent() == "request")
      #expect(await stub.waitForEvent() == "closed")
    }
  }
}
