import CCurl
import Glibc
import Synchronization

/// One thread that drives a libcurl multi handle; every transfer is added, run and ended on it.
final class MultiLoop: Sendable {
  /// Connections to one host; more transfers wait inside their timeouts.
  private static let maximumHostConnections = 64

  private struct Inbox {
    var arrivals: [Transfer] = []
    var isClosing = false
    var isClosed = false
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let inbox = Mutex(Inbox())
  /// Owned by the thread; others only call `curl_multi_wakeup`, which is made for it, under the inbox's lock
  /// and not once `isClosed` is set, which precedes the cleanup.
  nonisolated(unsafe) private let multi: UnsafeMutableRawPointer

  private static let libraryStarted = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  /// Starts the thread; `nil` when libcurl or the system would not.
  init?() {
    guard Self.libraryStarted, let multi = curl_multi_init() else { return nil }
    self.multi = multi
    let limits = [CURLMOPT_MAX_HOST_CONNECTIONS, CURLMOPT_MAXCONNECTS].map { option in
      ccurl_multi_set_long(multi, option, Self.maximumHostConnections)
    }
    guard limits.allSatisfy({ $0 == CURLM_OK }), startThread() else {
      curl_multi_cleanup(multi)
      return nil
    }
  }

  /// Hands a transfer over; `false` when the loop takes none any more.
  func submit(_ transfer: Transfer) -> Bool {
    inbox.withLock { inbox in
      guard !inbox.isClosing, !inbox.isClosed else { return false }
      inbox.arrivals.append(transfer)
      curl_multi_wakeup(multi)
      return true
    }
  }

  /// Has the loop look at its transfers' cancellation.
  func wake() {
    inbox.withLock { inbox in
      if !inbox.isClosed { curl_multi_wakeup(multi) }
    }
  }

  /// Ends every transfer and then the thread; returns at once.
  func close() {
    inbox.withLock { $0.isClosing = true }
    wake()
  }

  /// Ends every transfer and returns when the thread has let go of libcurl.
  func closeAndWait() async {
    close()
    await withCheckedContinuation { continuation in
      let isClosed = inbox.withLock { inbox in
        if !inbox.isClosed { inbox.waiters.append(continuation) }
        return inbox.isClosed
      }
      if isClosed { continuation.resume() }
    }
  }
}

extension MultiLoop {
  private func startThread() -> Bool {
    let me = Unmanaged.passRetained(self)
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { me in
        guard let me else { return nil }
        Unmanaged<MultiLoop>.fromOpaque(me).takeRetainedValue().run()
        return nil
      }, me.toOpaque())
    guard code == 0 else {
      me.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  private func run() {
    // With CURLOPT_NOSIGNAL libcurl leaves SIGPIPE to us, and OpenSSL writes without MSG_NOSIGNAL.
    var pipe = sigset_t()
    sigemptyset(&pipe)
    sigaddset(&pipe, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &pipe, nil)
    var running: [UnsafeMutableRawPointer: Transfer] = [:]
    var fault: TransferError?
    while fault == nil, let arrivals = takeArrivals() {
      for transfer in arrivals { start(transfer, &running) }
      for transfer in running.values where transfer.isCancelled {
        remove(transfer, &running)
        transfer.finish(.cancelled)
      }
      var active: Int32 = 0
      fault = failure(curl_multi_perform(multi, &active))
      endCompleted(&running)
      // Not for longer than a second, so that a wake-up which failed costs no more than that.
      fault = fault ?? failure(curl_multi_poll(multi, nil, 0, 1000, nil))
    }
    end(running, fault ?? .closed)
  }

  /// What came in since the last time, `nil` when the loop is to end.
  private func takeArrivals() -> [Transfer]? {
    inbox.withLock { inbox in
      guard !inbox.isClosing else { return nil }
      defer { inbox.arrivals = [] }
      return inbox.arrivals
    }
  }

  private func start(_ transfer: Transfer, _ running: inout [UnsafeMutableRawPointer: Transfer]) {
    guard !transfer.isCancelled else { return transfer.finish(.cancelled) }
    if let fault = failure(curl_multi_add_handle(multi, transfer.key)) {
      transfer.finish(fault)
    } else {
      running[transfer.key] = transfer
    }
  }

  private func endCompleted(_ running: inout [UnsafeMutableRawPointer: Transfer]) {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      // Both are gone once the handle is removed: https://curl.se/libcurl/c/curl_multi_info_read.html.
      let (kind, key, code) = (message.pointee.msg, message.pointee.easy_handle, message.pointee.data.result)
      guard kind == CURLMSG_DONE, let key, let transfer = running[key] else { continue }
      remove(transfer, &running)
      transfer.finish(code)
    }
  }

  private func remove(_ transfer: Transfer, _ running: inout [UnsafeMutableRawPointer: Transfer]) {
    running[transfer.key] = nil
    // Fails only for handles that are not ours; nothing could be done about it.
    let code = curl_multi_remove_handle(multi, transfer.key)
    assert(code == CURLM_OK)
  }

  private func end(_ running: [UnsafeMutableRawPointer: Transfer], _ fault: TransferError) {
    var rest = running
    for transfer in running.values {
      remove(transfer, &rest)
      transfer.finish(fault)
    }
    let (arrivals, waiters) = inbox.withLock { inbox in
      inbox.isClosed = true
      defer { (inbox.arrivals, inbox.waiters) = ([], []) }
      return (inbox.arrivals, inbox.waiters)
    }
    for transfer in arrivals { transfer.finish(fault) }
    curl_multi_cleanup(multi)
    for waiter in waiters { waiter.resume() }
  }

  private func failure(_ code: CURLMcode) -> TransferError? {
    guard code != CURLM_OK else { return nil }
    let reason = String(cString: curl_multi_strerror(code))
    return TransferError(
      kind: .closed, code: CURLE_FAILED_INIT, message: "libcurl's multi handle failed: \(reason).")
  }
}
