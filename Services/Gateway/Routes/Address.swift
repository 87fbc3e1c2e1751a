import Artifacts
import FoundationEssentials
import HTTPTypes
import Hummingbird

/// Where the gateway is reached, for the absolute URLs in its answers.
struct Address: Sendable {
  /// `LONGTAKE_PUBLIC_URL`.
  let publicURL: String?
  /// What holds for a request without a usable Host.
  let fallback: String
  let signer: LinkSigner

  /// `https://host`, without a slash at its end.
  func base(_ request: Request) -> String {
    if let publicURL { return publicURL }
    guard let host = request.head.authority, Self.isPlain(host) else { return "http://\(fallback)" }
    return "http://\(host)"
  }

  /// Signs for one answer.
  func links(_ request: Request, now: Date = Date()) -> Links {
    Links(base: base(request), signer: signer, now: now)
  }

  /// A host and a port, and nothing that would mean something else in a URL or in HTML.
  static func isPlain(_ host: String) -> Bool {
    (1...255).contains(host.utf8.count)
      && host.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || ".-_:[]".contains($0)) }
  }
}
