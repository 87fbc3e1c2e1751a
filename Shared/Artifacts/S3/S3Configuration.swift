internal import FoundationEssentials
internal import ServiceKit

/// Which bucket, where, and with which key.
struct S3Configuration: Sendable, Equatable {
  enum Style: String, Sendable, CaseIterable {
    /// `https://host/bucket/key`.
    case path
    /// `https://bucket.host/key`.
    case host
  }

  /// A scheme and an authority.
  struct Endpoint: Sendable, Equatable {
    let scheme: String
    /// With the port unless it is the scheme's own, as the field `Host` says it.
    let authority: String

    /// Nil for anything but a scheme, a host and perhaps a port.
    init?(_ text: String) {
      guard let scheme = ["https", "http"].first(where: { text.hasPrefix("\($0)://") }) else { return nil }
      var authority = text.dropFirst(scheme.count + 3)
      guard !authority.isEmpty, !authority.contains(where: { "/?#@ ".contains($0) }) else { return nil }
      let standard = scheme == "https" ? ":443" : ":80"
      if authority.hasSuffix(standard) { authority = authority.dropLast(standard.count) }
      (self.scheme, self.authority) = (scheme, authority.lowercased())
    }

    private init(scheme: String, authority: String) { (self.scheme, self.authority) = (scheme, authority) }

    static func aws(region: String) -> Endpoint {
      Endpoint(scheme: "https", authority: "s3.\(region).amazonaws.com")
    }

    /// Google's S3 interface has headers and preconditions of its own.
    var dialect: SigV4.Dialect { authority == "storage.googleapis.com" ? .google : .aws }
  }

  let bucket: String
  let endpoint: Endpoint
  /// Where browsers reach the store; the same unless set.
  let publicEndpoint: Endpoint
  let region: String
  let style: Style
  /// In front of every key: empty, or ending in a slash.
  let prefix: String
  let credentials: SigV4.Credentials

  init(
    bucket: String, endpoint: Endpoint, publicEndpoint: Endpoint? = nil, region: String, style: Style,
    prefix: String = "", credentials: SigV4.Credentials
  ) {
    self.bucket = bucket
    self.endpoint = endpoint
    self.publicEndpoint = publicEndpoint ?? endpoint
    self.region = region
    self.style = style
    self.prefix = prefix.isEmpty || prefix.hasSuffix("/") ? prefix : prefix + "/"
    self.credentials = credentials
  }

  var signer: SigV4 { SigV4(credentials: credentials, region: region, dialect: endpoint.dialect) }

  /// The field `Host` of requests to the bucket.
  func host(_ endpoint: Endpoint) -> String {
    style == .host ? "\(bucket).\(endpoint.authority)" : endpoint.authority
  }

  /// The encoded path of a name in the bucket, of the bucket itself for nil.
  func path(_ name: String?) -> String {
    let object = SigV4.encoded(name ?? "", keepingSlashes: true)
    guard style == .path else { return "/\(object)" }
    return name == nil ? "/\(bucket)" : "/\(bucket)/\(object)"
  }
}
