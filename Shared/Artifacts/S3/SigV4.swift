internal import Crypto
internal import FoundationEssentials
internal import ServiceKit

/// Signs requests by AWS Signature Version 4, as S3 wants it: paths are encoded once and never normalised.
///
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
struct SigV4: Sendable {
  /// The names that differ between AWS and Google's version of the same scheme.
  struct Dialect: Sendable, Equatable {
    let algorithm: String
    let keyPrefix: String
    /// `x-amz-`, in front of header fields.
    let prefix: String
    let terminator: String
    let service: String

    static let aws = Dialect(
      algorithm: "AWS4-HMAC-SHA256", keyPrefix: "AWS4", prefix: "x-amz-", terminator: "aws4_request",
      service: "s3")
    /// As cloud.google.com/storage/docs/authentication/signatures says it.
    static let google = Dialect(
      algorithm: "GOOG4-HMAC-SHA256", keyPrefix: "GOOG4", prefix: "x-goog-", terminator: "goog4_request",
      service: "storage")
  }

  struct Credentials: Sendable, Equatable {
    let keyID: String
    let secret: Secret
    var sessionToken: Secret?
  }

  /// Header fields by their lower-case names, or query items, in any order and not encoded.
  typealias Pairs = [(name: String, value: String)]

  /// What is signed of a request.
  struct Request {
    let method: String
    /// Percent-encoded, as it is sent.
    let path: String
    var query: Pairs = []
    /// `host` included.
    var headers: Pairs = []
    /// The SHA-256 of the body in hexadecimal, or `UNSIGNED-PAYLOAD`.
    var payload = SigV4.emptyHash
  }

  static let unsignedPayload = "UNSIGNED-PAYLOAD"
  static let emptyHash = hex(hash(Data()))

  static func hash(_ data: Data) -> SHA256.Digest { SHA256.hash(data: data) }

  let credentials: Credentials
  let region: String
  var dialect = Dialect.aws

  /// The value of the field `Authorization`; the request must have its date among the headers.
  func authorization(for request: Request, at date: Date) -> String {
    let stamp = Self.stamp(date)
    return "\(dialect.algorithm) Credential=\(credentials.keyID)/\(scope(stamp)), "
      + "SignedHeaders=\(Self.signedNames(request.headers)), Signature=\(signature(of: request, stamp))"
  }

  /// The query of a link that needs no header fields but `host` and is valid for `seconds` from `date` on.
  func presignedQuery(for request: Request, at date: Date, seconds: Int) -> String {
    let stamp = Self.stamp(date)
    let name = { (suffix: String) in dialect == .google ? "X-Goog-\(suffix)" : "X-Amz-\(suffix)" }
    var signed = request
    signed.payload = Self.unsignedPayload
    signed.query += [
      (name("Algorithm"), dialect.algorithm), (name("Credential"), "\(credentials.keyID)/\(scope(stamp))"),
      (name("Date"), stamp), (name("Expires"), String(seconds)),
      (name("SignedHeaders"), Self.signedNames(request.headers)),
    ]
    if let token = credentials.sessionToken { signed.query.append((name("Security-Token"), token.reveal())) }
    return "\(Self.encoded(query: signed.query))&\(name("Signature"))=\(signature(of: signed, stamp))"
  }

  /// `20130524T000000Z`.
  static func stamp(_ date: Date) -> String {
    Date.ISO8601FormatStyle(
      dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted,
      timeZoneSeparator: .omitted, includingFractionalSeconds: false, timeZone: .gmt
    ).format(date)
  }

  static func canonical(_ request: Request) -> String {
    let headers = merged(request.headers).map { "\($0.name):\($0.value)\n" }.joined()
    return [
      request.method, request.path, encoded(query: request.query), headers, signedNames(request.headers),
      request.payload,
    ].joined(separator: "\n")
  }

  /// `stamp` is the date as the request has it.
  func signature(of request: Request, _ stamp: String) -> String {
    let text = [
      dialect.algorithm, stamp, scope(stamp),
      hex(SHA256.hash(data: Data(Self.canonical(request).utf8))),
    ].joined(separator: "\n")
    return hex(Self.code(text, key: signingKey(stamp)))
  }

  /// Encodes a query with its items in the order in which they are signed.
  static func encoded(query: Pairs) -> String {
    let items: Pairs = query.map { (encoded($0.name), encoded($0.value)) }
    let sorted = items.sorted { one, other in
      one.name == other.name ? one.value < other.value : one.name < other.name
    }
    return sorted.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
  }

  /// Percent-encodes every byte that RFC 3986 does not call unreserved; a path keeps its slashes.
  static func encoded(_ text: String, keepingSlashes: Bool = false) -> String {
    var result: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        result.append(byte)
      case UInt8(ascii: "/") where keepingSlashes: result.append(byte)
      default: result += Array("%\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))".utf8)
      }
    }
    return String(decoding: result, as: UTF8.self)
  }

  private func scope(_ stamp: String) -> String {
    "\(stamp.prefix(8))/\(region)/\(dialect.service)/\(dialect.terminator)"
  }

  private func signingKey(_ stamp: String) -> SymmetricKey {
    var key = SymmetricKey(data: Array(dialect.keyPrefix.utf8) + credentials.secret.bytes)
    for step in [String(stamp.prefix(8)), region, dialect.service, dialect.terminator] {
      key = SymmetricKey(data: Self.code(step, key: key))
    }
    return key
  }

  private static func code(_ text: String, key: SymmetricKey) -> HMAC<SHA256>.MAC {
    HMAC<SHA256>.authenticationCode(for: Data(text.utf8), using: key)
  }

  private static func signedNames(_ headers: Pairs) -> String {
    merged(headers).map(\.name).joined(separator: ";")
  }

  /// Fields in order of their names: those of one name as one, inner spaces as one.
  private static func merged(_ headers: Pairs) -> Pairs {
    let trimmed = headers.map { field in
      (
        name: field.name.lowercased(),
        value: field.value.split { $0 == " " || $0 == "\n" }.joined(separator: " ")
      )
    }
    return Dictionary(grouping: trimmed, by: \.name).sorted { $0.key < $1.key }
      .map { ($0.key, $0.value.map(\.value).joined(separator: ",")) }
  }
}

/// Two lower-case digits for every byte.
func hex(_ bytes: some Sequence<UInt8>) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
