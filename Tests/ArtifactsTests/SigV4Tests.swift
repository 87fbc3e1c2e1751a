import FoundationEssentials
import ServiceKit
import Testing

@testable import Artifacts

/// The examples of Amazon S3's API reference (sig-v4-header-based-auth, sigv4-query-string-auth).
struct S3SignatureTests {
  private let signer = SigV4(
    credentials: .init(
      keyID: "AKIAIOSFODNN7EXAMPLE", secret: Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
    region: "us-east-1")
  private let date = Date(timeIntervalSince1970: 1_369_353_600)

  private static let host = ("host", "examplebucket.s3.amazonaws.com")
  private static let stamp = ("x-amz-date", "20130524T000000Z")
  private static let empty = ("x-amz-content-sha256", SigV4.emptyHash)
  private static let welcome = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"

  struct Example: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let request: @Sendable () -> SigV4.Request
    let signature: String
  }

  static let examples = [
    Example(
      testDescription: "GET object",
      request: {
        .init(method: "GET", path: "/test.txt", headers: [host, ("range", "bytes=0-9"), empty, stamp])
      }, signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
    Example(
      testDescription: "PUT object",
      request: {
        .init(
          method: "PUT", path: SigV4.encoded("/test$file.text", keepingSlashes: true),
          headers: [
            ("date", "Fri, 24 May 2013 00:00:00 GMT"), host, stamp,
            ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ("x-amz-content-sha256", welcome),
          ], payload: welcome)
      }, signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
    Example(
      testDescription: "GET bucket lifecycle",
      request: {
        .init(method: "GET", path: "/", query: [("lifecycle", "")], headers: [host, stamp, empty])
      },
      signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
    Example(
      testDescription: "list objects",
      request: {
        .init(
          method: "GET", path: "/", query: [("prefix", "J"), ("max-keys", "2")],
          headers: [host, stamp, empty])
      }, signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
  ]

  @Test(arguments: examples) func publishedExampleIsSignedAsPublished(_ example: Example) {
    let header = signer.authorization(for: example.request(), at: date)
    #expect(
      header.hasPrefix(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=")
    )
    #expect(header.hasSuffix("Signature=\(example.signature)"))
  }

  @Test func publishedLinkIsSignedAsPublished() {
    let request = SigV4.Request(method: "GET", path: "/test.txt", headers: [Self.host])
    #expect(
      signer.presignedQuery(for: request, at: date, seconds: 86_400)
        == "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )
  }

  /// Computed with Python's hmac by the description of Google's scheme.
  @Test func googlesDialectHasNamesOfItsOwn() {
    let google = SigV4(credentials: signer.credentials, region: "auto", dialect: .google)
    let request = SigV4.Request(
      method: "GET", path: "/b/k",
      headers: [
        ("host", "storage.googleapis.com"), ("x-goog-date", "20130524T000000Z"),
        ("x-goog-content-sha256", SigV4.emptyHash),
      ])
    #expect(
      google.authorization(for: request, at: date)
        == "GOOG4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/auto/storage/goog4_request, SignedHeaders=host;x-goog-content-sha256;x-goog-date, Signature=8218bf7e3334d03c0ab56805fbed39706073dd0f222b05a23a3de6ca6ede5b5e"
    )
    #expect(google.presignedQuery(for: request, at: date, seconds: 1).contains("&X-Goog-Signature="))
  }
}

/// Of `aws-sig-v4-test-suite`: key AKIDEXAMPLE, 30 August 2015, region us-east-1, service "service".
struct SigV4SuiteTests {
  private let signer = SigV4(
    credentials: .init(keyID: "AKIDEXAMPLE", secret: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")),
    region: "us-east-1",
    dialect: .init(
      algorithm: "AWS4-HMAC-SHA256", keyPrefix: "AWS4", prefix: "x-amz-", terminator: "aws4_request",
      service: "service"))

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var method = "GET"
    var path = "/"
    var query: [[String]] = []
    var headers: [[String]] = []
    let signature: String
  }

  static let cases = [
    Case(
      testDescription: "get-vanilla",
      signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
    Case(
      testDescription: "get-vanilla-query-order-key-case",
      query: [["Param2", "value2"], ["Param1", "value1"]],
      signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
    Case(
      testDescription: "get-vanilla-empty-query-key", query: [["Param1", "value1"]],
      signature: "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"),
    Case(
      testDescription: "get-unreserved",
      path: "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
      signature: "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"),
    Case(
      testDescription: "get-utf8", path: "/ሴ",
      signature: "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
    Case(
      testDescription: "get-vanilla-utf8-query", query: [["ሴ", "bar"]],
      signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
    Case(
      testDescription: "get-header-key-duplicate",
      headers: [["My-Header1", "value2"], ["My-Header1", "value2"], ["My-Header1", "value1"]],
      signature: "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"),
    Case(
      testDescription: "get-header-value-order",
      headers: [
        ["My-Header1", "value4"], ["My-Header1", "value1"], ["My-Header1", "value3"],
        ["My-Header1", "value2"],
      ],
      signature: "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"),
    Case(
      testDescription: "get-header-value-trim",
      headers: [["My-Header1", " value1"], ["My-Header2", " \"a   b   c\""]],
      signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"),
    Case(
      testDescription: "post-vanilla", method: "POST",
      signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    Case(
      testDescription: "post-vanilla-query", method: "POST", query: [["Param1", "value1"]],
      signature: "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"),
    Case(
      testDescription: "post-header-value-case", method: "POST", headers: [["My-Header1", "VALUE1"]],
      signature: "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"),
  ]

  @Test(arguments: cases) func caseOfTheSuiteIsSignedAsPublished(_ example: Case) {
    let pairs = { (items: [[String]]) in items.map { (name: $0[0], value: $0[1]) } }
    let request = SigV4.Request(
      method: example.method, path: SigV4.encoded(example.path, keepingSlashes: true),
      query: pairs(example.query),
      headers: [("Host", "example.amazonaws.com"), ("X-Amz-Date", "20150830T123600Z")]
        + pairs(example.headers))
    #expect(signer.signature(of: request, "20150830T123600Z") == example.signature)
  }
}
