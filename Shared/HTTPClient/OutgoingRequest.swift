public import FoundationEssentials
public import HTTPTypes

/// One HTTP request to be made, with the limits it may use.
public struct OutgoingRequest: Sendable {
  /// What is sent after the header fields.
  public enum Body: Sendable, Equatable {
    case none
    case bytes(Data)
    /// The bytes of a file, read while they are sent.
    case file(path: String)
    /// `count` bytes of a file from `offset` on; a shorter file ends the transfer.
    case part(path: String, offset: Int, count: Int)
  }

  /// How much libcurl may do on its own to get an answer.
  public enum Mode: Sendable, Equatable {
    /// Connections are reused, and a request is sent again when a reused one dies before its first byte.
    case ordinary
    /// At most one request goes out: a new connection that is not kept.
    ///
    /// libcurl repeats even a POST on a kept connection that the peer closed (`Curl_retry_request`), and
    /// nobody above it can see that; a request that costs money may therefore never use one.
    case paidCreate
  }

  public var method: HTTPRequest.Method
  public var url: String
  public var headers: HTTPFields
  public var body: Body
  public var mode: Mode = .ordinary
  /// From the start to the last byte, waiting for a connection included.
  public var timeout: Duration = .seconds(30)
  /// Name resolution, TCP and TLS together.
  public var connectTimeout: Duration = .seconds(5)
  /// How long nothing at all may move; `nil` is 30 seconds for a download and no limit for `send`, whose
  /// peer may think for as long as `timeout` lets it.
  public var stallTimeout: Duration?
  /// The longest body that is accepted, on disk too.
  public var maximumResponseBytes = 10_000_000

  public init(
    method: HTTPRequest.Method, url: String, headers: HTTPFields = [:], body: Body = .none
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }
}

extension OutgoingRequest {
  /// The framing of a message, which is libcurl's alone: a second `Content-Length` would be smuggling.
  private static let reserved: Set<HTTPField.Name> = [
    .contentLength, .transferEncoding, .connection, .expect, .te, .upgrade,
  ]

  /// Refuses what must not reach libcurl: other schemes, credentials or control characters in the URL,
  /// header fields that frame the message.
  func checked() throws(TransferError) {
    guard url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw .invalid("The URL holds a character that must be percent-encoded.")
    }
    guard let scheme = ["http://", "https://"].first(where: url.lowercased().hasPrefix) else {
      throw .invalid("Only http and https URLs are requested.")
    }
    let authority = url.dropFirst(scheme.count).prefix { !"/?#\\".contains($0) }
    guard !authority.isEmpty, !authority.contains("@") else {
      throw .invalid("The URL needs a host and may not carry credentials.")
    }
    if let field = headers.first(where: { Self.reserved.contains($0.name) }) {
      throw .invalid("The header field \(field.name.rawName) is set by the client itself.")
    }
    guard timeout > .zero, connectTimeout > .zero, stallTimeout ?? .seconds(1) > .zero else {
      throw .invalid("A timeout must be longer than nothing.")
    }
  }
}
