import CCurl
import Synchronization

typealias TransferResult = Result<IncomingResponse, TransferError>

/// One request on its way: the handle, what it sends and receives, and who waits for it.
///
/// `@unchecked Sendable`: built by its caller, then given to the loop under the inbox's lock and from there
/// on touched by the loop's thread alone; only `isCancelled`, which is atomic, is shared.
final class Transfer: @unchecked Sendable {
  private var handle: EasyHandle
  private var sink: ResponseSink
  private var upload: UploadFile?
  private var continuation: CheckedContinuation<TransferResult, Never>?
  private let cancellation = Atomic(false)

  init(_ request: OutgoingRequest, destination: ResponseDestination) throws(TransferError) {
    try request.checked()
    handle = try EasyHandle()
    sink = try ResponseSink(maximumBytes: request.maximumResponseBytes, destination: destination)
    if case .memory = destination {
      try handle.apply(request, stallTimeout: request.stallTimeout)
    } else {
      try handle.apply(request, stallTimeout: request.stallTimeout ?? .seconds(30))
      try handle.set(CURLOPT_BUFFERSIZE, EasyHandle.fileBufferBytes)
    }
    switch request.body {
    case .none, .bytes: break
    case .file(let path): try send(UploadFile(path: path))
    case .part(let path, let offset, let count):
      try send(UploadFile(path: path, offset: offset, count: count))
    }
    try connectCallbacks()
  }

  /// The `CURL *` under which the loop knows this transfer.
  var key: UnsafeMutableRawPointer { handle.raw }

  /// May be asked for from any thread, before the transfer was given to the loop too.
  var isCancelled: Bool { cancellation.load(ordering: .acquiring) }

  func cancel() { cancellation.store(true, ordering: .releasing) }

  /// Says who is resumed by `finish`; before the transfer is given to the loop.
  func await(_ continuation: CheckedContinuation<TransferResult, Never>) {
    self.continuation = continuation
  }

  /// Resumes the caller; a second call does nothing.
  private func finish(_ result: TransferResult) {
    sink.discardFile()
    continuation.take()?.resume(returning: result)
  }

  /// Ends with what libcurl said; its handle must no longer be in the multi handle.
  func finish(_ code: CURLcode) {
    finish(result(of: code))
  }

  /// Ends for a reason that is not libcurl's, telling what had been sent by then.
  func finish(_ fault: TransferError) {
    finish(.failure(fault.after(bytesSent: handle.requestBytes)))
  }

  private func result(of code: CURLcode) -> TransferResult {
    if code == CURLE_OK { return sink.finish(status: sink.status) }
    let kind: TransferError.Kind
    switch code {
    case CURLE_OPERATION_TIMEDOUT: kind = .timedOut
    case CURLE_FILESIZE_EXCEEDED: kind = .tooLarge
    case CURLE_READ_ERROR, CURLE_ABORTED_BY_CALLBACK: kind = .file
    default: kind = sink.failure?.kind ?? .transport
    }
    return .failure(
      TransferError(
        kind: kind, code: code, message: sink.failure?.message ?? handle.explanation(of: code),
        bytesSent: handle.requestBytes))
  }
}

// The callbacks get this object unretained: the loop holds it for as long as its handle is in the multi
// handle, and libcurl calls nothing outside of that.
extension Transfer {
  private func connectCallbacks() throws(TransferError) {
    let me = Unmanaged.passUnretained(self).toOpaque()
    try handle.set(CURLOPT_HEADERDATA, pointer: me)
    try handle.set(
      CURLOPT_HEADERFUNCTION,
      write: { bytes, size, count, me in
        guard let me, let bytes else { return 0 }
        let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return Transfer.at(me).sink.take(line: line) ? line.count : 0
      })
    try handle.set(CURLOPT_WRITEDATA, pointer: me)
    try handle.set(
      CURLOPT_WRITEFUNCTION,
      write: { bytes, size, count, me in
        guard let me, let bytes else { return 0 }
        let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return Transfer.at(me).sink.take(body: piece) ? piece.count : 0
      })
  }

  private func send(_ file: consuming UploadFile) throws(TransferError) {
    let me = Unmanaged.passUnretained(self).toOpaque()
    try handle.set(CURLOPT_INFILESIZE_LARGE, offset: file.byteCount)
    try handle.set(CURLOPT_READDATA, pointer: me)
    try handle.set(
      CURLOPT_READFUNCTION,
      read: { buffer, size, count, me in
        guard let me, let buffer else { return Int(CURL_READFUNC_ABORT) }
        return Transfer.at(me).read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
      })
    try handle.set(CURLOPT_SEEKDATA, pointer: me)
    try handle.set(
      CURLOPT_SEEKFUNCTION,
      seek: { me, offset, origin in
        guard let me else { return CURL_SEEKFUNC_FAIL }
        return Transfer.at(me).seek(to: Int(offset), from: origin)
      })
    upload = consume file
  }

  private func read(into space: UnsafeMutableRawBufferPointer) -> Int {
    upload?.read(into: space) ?? Int(CURL_READFUNC_ABORT)
  }

  private func seek(to offset: Int, from origin: Int32) -> Int32 {
    upload?.seek(to: offset, from: origin) ?? CURL_SEEKFUNC_FAIL
  }

  private static func at(_ pointer: UnsafeMutableRawPointer) -> Transfer {
    Unmanaged<Transfer>.fromOpaque(pointer).takeUnretainedValue()
  }
}
