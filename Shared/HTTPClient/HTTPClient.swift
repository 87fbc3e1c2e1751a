/// HTTP and HTTPS requests over libcurl, whose transfers all run on one thread of this client.
///
/// Connections are kept and reused, redirects are answers like any other, and nothing is retried here except
/// what `OutgoingRequest.Mode.ordinary` says. Cancelling the task cancels its transfer.
public final class HTTPClient: Sendable {
  private let loop: MultiLoop?

  /// Never fails: if libcurl or its thread cannot start, every request says so.
  public init() {
    loop = MultiLoop()
  }

  deinit { loop?.close() }

  /// Makes a request and returns its complete answer, whatever the status.
  public func send(_ request: OutgoingRequest) async throws(TransferError) -> IncomingResponse {
    try await perform(Transfer(request, destination: .memory))
  }

  /// Makes a request and writes the body of a success to a file, which appears only when it is complete.
  ///
  /// An answer other than 2xx leaves no file and brings the beginning of its body in memory.
  public func download(
    _ request: OutgoingRequest, to path: String
  ) async throws(TransferError) -> IncomingResponse {
    try await perform(Transfer(request, destination: .file(path)))
  }

  /// Makes a request and writes the body of a success into a file that is there, from `offset` on.
  ///
  /// Several of these may fill one file; after a failure, the piece may be written in part.
  public func download(
    _ request: OutgoingRequest, into path: String, at offset: Int
  ) async throws(TransferError) -> IncomingResponse {
    try await perform(Transfer(request, destination: .piece(path, offset: offset)))
  }

  /// Fails whatever is still running and returns when libcurl is done with.
  public func shutdown() async {
    await loop?.closeAndWait()
  }

  private func perform(_ transfer: Transfer) async throws(TransferError) -> IncomingResponse {
    guard let loop else { throw .closed }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        transfer.await(continuation)
        if !loop.submit(transfer) { transfer.finish(.closed) }
      }
    } onCancel: {
      transfer.cancel()
      loop.wake()
    }
    return try result.get()
  }
}
