import Contracts
import Crypto
import FoundationEssentials
import ServiceKit

typealias KeyID = Identifier<APIKey>

/// What a credential may do: GET and HEAD need `read`, everything else `write`, others' keys `admin`.
enum Scope: String, CaseIterable, Sendable {
  case read
  case write
  case admin

  static let standard: Set<Scope> = [.read, .write]

  /// What is granted to who asks for these: an admin may do everything.
  static func granted(_ asked: Set<Scope>) -> Set<Scope> {
    asked.contains(.admin) ? Set(allCases) : asked
  }

  /// In the order of the cases.
  static func names(_ scopes: Set<Scope>) -> [String] { allCases.filter(scopes.contains).map(\.rawValue) }
}

/// An API key as it is kept: whose it is and what it may do, never its secret.
struct APIKey: Sendable, Equatable {
  let id: KeyID
  let userId: String
  let name: String
  let prefix: String
  /// HMAC-SHA256 of the whole key under the pepper.
  let code: Data
  let scopes: Set<Scope>
  let createdAt: Date
  var revokedAt: Date?
}

/// The text of an API key, `vk_live_{prefix}_{secret}`: 6 and 32 random bytes in hexadecimal.
struct KeyText: Sendable, Equatable {
  private static let mark = "vk_live_"

  let prefix: String
  let secret: Secret

  /// A new one.
  init() {
    var random = SystemRandomNumberGenerator()
    let bytes = (0..<38).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
    prefix = bytes.prefix(6).hex
    secret = Secret("\(Self.mark)\(prefix)_\(bytes.dropFirst(6).hex)")
  }

  /// Nil for a text that is no API key, whoever made it.
  init?(_ text: String) {
    let parts = text.utf8.dropFirst(Self.mark.utf8.count).split(
      separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
    guard text.hasPrefix(Self.mark), parts.count == 2, parts[0].count == 12, parts[1].count == 64,
      parts.allSatisfy({ $0.allSatisfy(Self.isHex) })
    else { return nil }
    prefix = String(decoding: parts[0], as: UTF8.self)
    secret = Secret(text)
  }

  /// What is kept of it.
  func code(pepper: Secret) -> Data {
    Data(HMAC<SHA256>.authenticationCode(for: secret.bytes, using: SymmetricKey(data: pepper.bytes)))
  }

  /// Compares in a time that does not depend on where they differ.
  func isOf(_ key: APIKey, pepper: Secret) -> Bool {
    HMAC<SHA256>.isValidAuthenticationCode(
      key.code, authenticating: secret.bytes, using: SymmetricKey(data: pepper.bytes))
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
      || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
  }
}

/// How a user may be called.
enum UserName {
  static let rule = "1 to 128 visible ASCII characters"

  static func isValid(_ name: String) -> Bool {
    (1...128).contains(name.utf8.count) && name.utf8.allSatisfy { (0x21...0x7E).contains($0) }
  }
}

extension Sequence<UInt8> {
  /// Two digits for each byte.
  var hex: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
