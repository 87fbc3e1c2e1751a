import FoundationEssentials
import ServiceKit
import Testing

@testable import Artifacts

struct ArtifactStoreSettingsTests {
  private static let key = ["AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"]

  private func bucket(_ environment: [String: String]) throws -> S3Configuration? {
    let settings = Settings(environment: environment)
    let store = ArtifactStoreSettings(settings)
    try settings.validate()
    return (store.open() as? S3ArtifactStore)?.client.configuration
  }

  private func faults(_ environment: [String: String]) -> [String] {
    let settings = Settings(environment: environment)
    _ = ArtifactStoreSettings(settings)
    return settings.faults
  }

  @Test func folderIsTheDefault() throws {
    #expect(try bucket(["LONGTAKE_ARTIFACTS_DIR": "/var/films"]) == nil)
  }

  @Test func bucketOnAWSIsASubdomain() throws {
    let store = try #require(
      try bucket(
        ["LONGTAKE_S3_BUCKET": "films", "LONGTAKE_S3_REGION": "eu-central-1"].merging(Self.key) { $1 }))
    #expect(store.host(store.endpoint) == "films.s3.eu-central-1.amazonaws.com")
    #expect(store.path("a/b c.mp4") == "/a/b%20c.mp4")
  }

  @Test func bucketAtAnEndpointIsInThePath() throws {
    let store = try #require(
      try bucket(
        [
          "LONGTAKE_S3_BUCKET": "films", "LONGTAKE_S3_ENDPOINT": "https://abc.r2.cloudflarestorage.com/",
          "LONGTAKE_S3_REGION": "auto", "LONGTAKE_S3_PREFIX": "staging", "LONGTAKE_ARTIFACTS_DIR": "/ignored",
        ].merging(Self.key) { $1 }))
    #expect(store.host(store.endpoint) == "abc.r2.cloudflarestorage.com")
    #expect(store.path(nil) == "/films")
    #expect(store.path("x") == "/films/x")
    #expect(store.prefix == "staging/")
    #expect(store.signer.dialect == .aws)
  }

  @Test func googlesStoreIsSpokenToInItsDialect() throws {
    let store = try #require(
      try bucket(
        ["LONGTAKE_S3_BUCKET": "films", "LONGTAKE_S3_ENDPOINT": "https://storage.googleapis.com"]
          .merging(Self.key) { $1 }))
    #expect(store.signer.dialect == .google)
  }

  @Test(arguments: [
    ([:], "Neither LONGTAKE_ARTIFACTS_DIR nor LONGTAKE_S3_BUCKET is set"),
    (
      ["LONGTAKE_ARTIFACTS_DIR": "/x", "LONGTAKE_S3_ENDPOINT": "http://h"],
      "LONGTAKE_S3_ENDPOINT is set and LONGTAKE_S3_BUCKET is not"
    ),
    (["LONGTAKE_S3_BUCKET": "films"], "AWS_ACCESS_KEY_ID is not set"),
    (["LONGTAKE_S3_BUCKET": "Fi"], "LONGTAKE_S3_BUCKET is \"Fi\""),
    (
      ["LONGTAKE_S3_BUCKET": "films", "LONGTAKE_S3_ENDPOINT": "films.example"],
      "LONGTAKE_S3_ENDPOINT is no base URL"
    ),
    (["LONGTAKE_S3_BUCKET": "films", "LONGTAKE_S3_ENDPOINT": "http://h/films"], "without the bucket"),
    (
      ["LONGTAKE_S3_BUCKET": "films", "LONGTAKE_S3_STYLE": "dns"],
      "LONGTAKE_S3_STYLE is \"dns\": give one of path, host."
    ),
    (["LONGTAKE_S3_BUCKET": "films", "LONGTAKE_S3_PREFIX": "../x"], "LONGTAKE_S3_PREFIX is \"../x\""),
    (["LONGTAKE_S3_BUCKET": "films", "LONGTAKE_S3_REGION": "auto"], "LONGTAKE_S3_REGION is auto"),
    (["LONGTAKE_S3_BUCKET": "films", "LONGTAKE_CACHE_MEGABYTES": "1"], "LONGTAKE_CACHE_MEGABYTES is \"1\""),
  ])
  func faultIsSaidInASentence(_ environment: [String: String], _ sentence: String) {
    #expect(faults(environment).contains { $0.contains(sentence) })
  }

  @Test func secretsMayComeFromFiles() throws {
    let path = FileManager.default.temporaryDirectory.path + "/secret-\(UUID().uuidString)"
    try Data("from a file\n".utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let store = try bucket([
      "LONGTAKE_S3_BUCKET": "films", "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY_FILE": path,
      "AWS_SESSION_TOKEN_FILE": path,
    ])
    #expect(store?.credentials.secret.reveal() == "from a file")
    #expect(store?.credentials.sessionToken?.reveal() == "from a file")
  }
}
