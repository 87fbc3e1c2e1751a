public import Contracts
internal import Crypto
public import FoundationEssentials

/// Makes and checks the short-lived credentials with which services call each other.
///
/// A token is `payload.signature`, both base64url: the payload says from whom, to whom, for which user and
/// until when; the signature is HMAC-SHA256 over it. It lives for 60 s at most.
public struct ServiceTokens: Sendable {
  public static let lifetime: TimeInterval = 60
  /// Clocks of two machines may differ by this.
  static let leeway: TimeInterval = 5

  private struct Payload: Codable {
    var iss: ServiceName
    var aud: ServiceName
    var sub: String?
    var exp: Int
  }

  private let key: SymmetricKey

  public init(secret: Secret) { key = SymmetricKey(data: secret.bytes) }

  public func mint(
    from issuer: ServiceName, to audience: ServiceName, user: String? = nil, now: Date = Date()
  ) throws -> String {
    let expiry = Int(now.timeIntervalSince1970 + Self.lifetime)
    let payload = try JSON.encode(Payload(iss: issuer, aud: audience, sub: user, exp: expiry))
    let code = HMAC<SHA256>.authenticationCode(for: payload, using: key)
    return Base64URL.encode(payload) + "." + Base64URL.encode(Data(code))
  }

  /// Who calls; 401 for a token that is forged, expired or meant for another service.
  public func verify(_ token: String, for audience: ServiceName, now: Date = Date()) throws(Problem) -> Caller
  {
    let refused = Problem.unauthorized("The service token is not valid here.")
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, token.utf8.count < 2048, let payload = Base64URL.decode(parts[0]),
      let code = Base64URL.decode(parts[1]),
      HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: payload, using: key)
    else { throw refused }
    guard let claims = try? JSON.decode(Payload.self, from: payload), claims.aud == audience else {
      throw refused
    }
    let remaining = Double(claims.exp) - now.timeIntervalSince1970
    guard remaining > -Self.leeway, remaining <= Self.lifetime + Self.leeway else { throw refused }
    return Caller(service: claims.iss, userId: claims.sub)
  }
}

/// RFC 4648 §5 without padding.
enum Base64URL {
  static func encode(_ data: Data) -> String {
    String(
      data.base64EncodedString().compactMap { character -> Character? in
        switch character {
        case "+": "-"
        case "/": "_"
        case "=": nil
        default: character
        }
      })
  }

  /// Nil unless `text` is exactly what `encode` would make, so that no two texts mean the same bytes.
  static func decode(_ text: Substring) -> Data? {
    var standard = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
    while standard.count % 4 != 0 { standard.append("=") }
    guard let data = Data(base64Encoded: String(standard)), encode(data) == text else { return nil }
    return data
  }
}
