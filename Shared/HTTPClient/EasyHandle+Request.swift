import CCurl
import FoundationEssentials
import HTTPTypes

extension EasyHandle {
  /// What libcurl moves at once between a socket and a file; its own 16 and 64 kB cost calls.
  static let fileBufferBytes = 512 * 1024

  /// Everything about a request except its callbacks.
  mutating func apply(_ request: OutgoingRequest, stallTimeout: Duration?) throws(TransferError) {
    try set(CURLOPT_URL, request.url)
    try applyBoundaries()
    try set(CURLOPT_TIMEOUT_MS, request.timeout.wholeMilliseconds)
    try set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeout.wholeMilliseconds)
    if let stallTimeout {
      try set(CURLOPT_LOW_SPEED_LIMIT, 1)
      try set(CURLOPT_LOW_SPEED_TIME, max(1, (stallTimeout.wholeMilliseconds + 999) / 1000))
    }
    // What HEAD announces is not going to arrive.
    if request.method != .head {
      try set(CURLOPT_MAXFILESIZE_LARGE, offset: request.maximumResponseBytes)
    }
    if request.mode == .paidCreate {
      try set(CURLOPT_FRESH_CONNECT, true)
      try set(CURLOPT_FORBID_REUSE, true)
    }
    try set(lines: Self.lines(of: request))
    try apply(request.body, method: request.method)
  }

  /// What no request may do: use signals, other protocols, a proxy or credentials of this machine, follow a
  /// redirect, decompress, or repeat itself on an HTTP/2 stream that was refused.
  private func applyBoundaries() throws(TransferError) {
    try set(CURLOPT_NOSIGNAL, true)
    try set(CURLOPT_PROTOCOLS_STR, "http,https")
    try set(CURLOPT_FOLLOWLOCATION, false)
    try set(CURLOPT_PROXY, "")
    try set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
    try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
    try set(CURLOPT_HTTP09_ALLOWED, false)
    try set(CURLOPT_PATH_AS_IS, true)
    try set(CURLOPT_TCP_KEEPALIVE, true)
    // A name stands for replicas that come and go: an address is believed for no longer than it takes to start
    // one, and a connection is left now and then so that a new one gets its share.
    try set(CURLOPT_DNS_CACHE_TIMEOUT, 1)
    try set(CURLOPT_MAXLIFETIME_CONN, 60)
    // Without it, removing a transfer that still resolves its host joins the resolver's thread
    // (`Curl_resolver_kill`), and one dead name server would hold up every other transfer.
    try set(CURLOPT_QUICK_EXIT, true)
  }

  private mutating func apply(
    _ body: OutgoingRequest.Body, method: HTTPRequest.Method
  ) throws(TransferError) {
    switch body {
    case .none where method == .get: try set(CURLOPT_HTTPGET, true)
    case .none where method == .head: try set(CURLOPT_NOBODY, true)
    case .none where method == .delete || method == .options: try set(CURLOPT_HTTPGET, true)
    case .none: try apply(Data())
    case .bytes(let data): try apply(data)
    case .file, .part:
      try set(CURLOPT_UPLOAD, true)
      try set(CURLOPT_UPLOAD_BUFFERSIZE, Self.fileBufferBytes)
    }
    if method != .head { try set(CURLOPT_CUSTOMREQUEST, method.rawValue) }
  }

  private func apply(_ data: Data) throws(TransferError) {
    try set(CURLOPT_POST, true)
    try set(CURLOPT_POSTFIELDSIZE_LARGE, offset: data.count)
    let copied = data.withUnsafeBytes { bytes in
      Result { () throws(TransferError) in
        try set(CURLOPT_COPYPOSTFIELDS, bytes: bytes.baseAddress ?? UnsafeRawPointer(raw))
      }
    }
    try copied.get()
  }

  private static func lines(of request: OutgoingRequest) -> [String] {
    var lines = request.headers.map { field in
      field.value.isEmpty ? "\(field.name.rawName);" : "\(field.name.rawName): \(field.value)"
    }
    lines.append("Expect:")
    if request.headers[.contentType] == nil { lines.append("Content-Type:") }
    if request.headers[.userAgent] == nil { lines.append("User-Agent: longtake") }
    return lines
  }
}

extension Duration {
  /// At least one: zero means no limit to libcurl.
  fileprivate var wholeMilliseconds: Int {
    max(1, Int(min(self / .milliseconds(1), 1e12)))
  }
}
