import CCurl

/// Why there is no complete answer, and whether the peer can have seen the request.
public struct TransferError: Error, Sendable, Equatable, CustomStringConvertible {
  public enum Kind: String, Sendable {
    case cancelled, timedOut, tooLarge, transport
    /// Refused before anything was done, a fault of the caller.
    case invalidRequest
    /// A local file could not be read or written.
    case file
    /// The client was shut down, or libcurl would not start.
    case closed
  }

  public let kind: Kind
  /// libcurl's CURLcode, https://curl.se/libcurl/c/libcurl-errors.html.
  public let code: Int32
  /// libcurl's own words; never holds header fields or bodies.
  public let message: String
  /// What `CURLINFO_REQUEST_SIZE` counted: the header fields and what went out together with them.
  public let bytesSent: Int

  init(kind: Kind, code: CURLcode, message: String, bytesSent: Int = 0) {
    self.kind = kind
    self.code = Int32(bitPattern: code.rawValue)
    self.message = message
    self.bytesSent = bytesSent
  }

  /// Whether the request, or a part of it, was given to a connected socket.
  ///
  /// `false` proves that the peer saw nothing: resolving, connecting or TLS failed, or it never came to that.
  public var reachedPeer: Bool { bytesSent > 0 }

  /// Whether the same request may succeed later; says nothing about whether it may be repeated.
  public var isTransient: Bool {
    switch kind {
    case .cancelled, .tooLarge, .invalidRequest, .closed: false
    case .timedOut, .file: true
    case .transport: !Self.lasting.contains(CURLcode(UInt32(bitPattern: code)))
    }
  }

  public var description: String { "\(kind.rawValue): \(message) (curl \(code))" }

  private static let lasting: [CURLcode] = [
    CURLE_URL_MALFORMAT, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CIPHER,
    CURLE_SSL_CERTPROBLEM,
  ]
}

extension TransferError {
  static func invalid(_ message: String) -> TransferError {
    TransferError(kind: .invalidRequest, code: CURLE_URL_MALFORMAT, message: message)
  }

  static let closed = TransferError(
    kind: .closed, code: CURLE_FAILED_INIT, message: "The HTTP client is shut down.")

  static let outOfMemory = TransferError(
    kind: .closed, code: CURLE_OUT_OF_MEMORY, message: "libcurl has no memory.")

  static let cancelled = TransferError(
    kind: .cancelled, code: CURLE_ABORTED_BY_CALLBACK, message: "The transfer was cancelled.")

  func after(bytesSent: Int) -> TransferError {
    TransferError(
      kind: kind, code: CURLcode(UInt32(bitPattern: code)), message: message, bytesSent: bytesSent)
  }
}
