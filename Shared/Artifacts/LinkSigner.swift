internal import Crypto
public import FoundationEssentials

/// Signs links to artifacts: HMAC-SHA256 over the key and the second at which the link ends.
public struct LinkSigner: Sendable {
  /// An hour.
  public static let standardLifetime: Duration = .seconds(3600)

  private let key: SymmetricKey

  public init(secret: [UInt8]) { key = SymmetricKey(data: secret) }

  /// A link that lives at least `lifetime`; its end is rounded up to a quarter of that, so that the link
  /// stays the same for a while.
  public func sign(
    key name: String, now: Date = Date(), lifetime: Duration = LinkSigner.standardLifetime
  ) -> (expires: Int, signature: String) {
    let expires = Self.expiry(now: now, lifetime: lifetime)
    return (expires, signature(name, expires))
  }

  /// Whether the link is ours and has not ended; every other spelling of a signature is refused.
  public func verify(key name: String, expires: Int, signature: String, now: Date = Date()) -> Bool {
    guard Double(expires) > now.timeIntervalSince1970 else { return false }
    let expected = Array(self.signature(name, expires).utf8)
    let given = Array(signature.utf8)
    guard given.count == expected.count else { return false }
    return zip(given, expected).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
  }

  /// The second at which a link made now ends: the same throughout a window.
  public static func expiry(now: Date, lifetime: Duration = LinkSigner.standardLifetime) -> Int {
    let seconds = max(4, Int(lifetime.components.seconds))
    let window = seconds / 4
    return (Int(now.timeIntervalSince1970) / window + 1) * window + seconds
  }

  private func signature(_ name: String, _ expires: Int) -> String {
    let code = HMAC<SHA256>.authenticationCode(for: Data("\(name)\n\(expires)".utf8), using: key)
    return code.map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
