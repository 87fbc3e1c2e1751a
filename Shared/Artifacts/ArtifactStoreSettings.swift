internal import FoundationEssentials
internal import HTTPClient
public import ServiceKit

/// Which store the settings name: a bucket where one is set, else a folder.
public struct ArtifactStoreSettings: Sendable {
  private enum Place: Sendable {
    case folder(String)
    case bucket(S3Configuration, ArtifactCache)
  }

  private let place: Place

  /// A folder, whatever is set.
  public init(folder: String) { place = .folder(folder) }

  /// Reads the settings and notes their faults; use it only once they are validated.
  public init(_ settings: Settings) {
    guard let bucket = settings.optional(.bucket) else {
      for setting in [Setting.endpoint, .publicEndpoint, .style, .prefix]
      where settings.optional(setting) != nil {
        settings.fault(
          "\(setting.name) is set and LONGTAKE_S3_BUCKET is not: name the bucket, or unset it to store in LONGTAKE_ARTIFACTS_DIR."
        )
      }
      if settings.optional(.artifacts) == nil {
        settings.fault(
          "Neither LONGTAKE_ARTIFACTS_DIR nor LONGTAKE_S3_BUCKET is set: name the folder or the bucket that films, pictures and music are stored in."
        )
      }
      place = .folder(settings.optional(.artifacts) == nil ? "" : settings.path(.artifacts))
      return
    }
    place = .bucket(Self.configuration(bucket, settings), Self.cache(settings))
  }

  /// The store; nothing is asked or made yet.
  public func open() -> any ArtifactStore {
    switch place {
    case .folder(let root): LocalArtifactStore(root: root)
    case .bucket(let configuration, let cache):
      S3ArtifactStore(client: S3Client(configuration: configuration, http: HTTPClient()), cache: cache)
    }
  }

  private static func configuration(_ bucket: String, _ settings: Settings) -> S3Configuration {
    if !isBucketName(bucket) {
      settings.fault(
        "LONGTAKE_S3_BUCKET is \"\(bucket)\": give 3 to 63 lower-case letters, digits, hyphens and dots.")
    }
    let region = settings.string(.region)
    let given = endpoint(.endpoint, settings)
    // A dot in the name breaks the certificate of https://bucket.host.
    let standard: S3Configuration.Style = given == nil && !bucket.contains(".") ? .host : .path
    let prefix = settings.optional(.prefix) ?? ""
    if !prefix.isEmpty, !StorageKeys.isKey(prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix) {
      settings.fault("LONGTAKE_S3_PREFIX is \"\(prefix)\": give plain segments like films/staging.")
    }
    if given == nil && region == "auto" {
      settings.fault(
        "LONGTAKE_S3_REGION is auto, which AWS has not: name the region, or set LONGTAKE_S3_ENDPOINT.")
    }
    return S3Configuration(
      bucket: bucket, endpoint: given ?? .aws(region: region),
      publicEndpoint: endpoint(.publicEndpoint, settings), region: region,
      style: settings.choice(.style, otherwise: standard), prefix: prefix,
      credentials: SigV4.Credentials(
        keyID: settings.secret(.keyID).reveal(), secret: settings.secret(.secretKey),
        sessionToken: settings.optionalSecret(.sessionToken)))
  }

  private static func endpoint(_ setting: Setting, _ settings: Settings) -> S3Configuration.Endpoint? {
    let before = settings.faults.count
    guard let text = settings.optionalURL(setting) else { return nil }
    let endpoint = S3Configuration.Endpoint(text)
    if endpoint == nil, settings.faults.count == before {
      settings.fault(
        "\(setting.name) is \"\(text)\": give a scheme, a host and perhaps a port, without the bucket.")
    }
    return endpoint
  }

  private static func cache(_ settings: Settings) -> ArtifactCache {
    let temporary = settings.optional(.temporary) ?? FileManager.default.temporaryDirectory.path
    return ArtifactCache(
      folder: settings.optional(.cache) ?? "\(temporary)/longtake-cache",
      limit: settings.int(.cacheMegabytes, in: 64...10_000_000) << 20)
  }

  /// As AWS names buckets (docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
  private static func isBucketName(_ text: String) -> Bool {
    let plain = { (byte: UInt8) in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
    return (3...63).contains(text.utf8.count) && text.utf8.first.map(plain) == true
      && text.utf8.last.map(plain) == true && !text.contains("..")
      && text.utf8.allSatisfy { plain($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
  }
}

extension ArtifactStoreSettings {
  /// Everything that says where artifacts are kept.
  public static let declared: [Setting] = [
    .artifacts, .bucket, .endpoint, .publicEndpoint, .region, .style, .prefix, .cache, .cacheMegabytes,
    .keyID,
    .secretKey, .sessionToken,
  ]
}

extension Setting {
  fileprivate static let bucket = Setting(
    "LONGTAKE_S3_BUCKET",
    "The S3 bucket that films, pictures and music are stored in, instead of LONGTAKE_ARTIFACTS_DIR.")
  fileprivate static let endpoint = Setting(
    "LONGTAKE_S3_ENDPOINT", "Where the bucket's S3 is, https://host; AWS in the region by default.")
  fileprivate static let publicEndpoint = Setting(
    "LONGTAKE_S3_PUBLIC_ENDPOINT", "Where browsers reach the bucket's S3, if not at LONGTAKE_S3_ENDPOINT.")
  fileprivate static let region = Setting(
    "LONGTAKE_S3_REGION", default: "us-east-1", "The region of the bucket; auto for R2.")
  fileprivate static let style = Setting(
    "LONGTAKE_S3_STYLE",
    "path (https://host/bucket) or host (https://bucket.host); host on AWS, path where an endpoint is set.")
  fileprivate static let prefix = Setting("LONGTAKE_S3_PREFIX", "What every name in the bucket begins with.")
  fileprivate static let cache = Setting(
    "LONGTAKE_CACHE_DIR",
    "The folder for copies of a bucket's objects; by default longtake-cache in LONGTAKE_TEMP_DIR.")
  fileprivate static let cacheMegabytes = Setting(
    "LONGTAKE_CACHE_MEGABYTES", default: "4096",
    "From what size on the copies that were not used for an hour are removed.")
  fileprivate static let temporary = Setting("LONGTAKE_TEMP_DIR", "The folder for files in the making.")
  fileprivate static let keyID = Setting("AWS_ACCESS_KEY_ID", secret: true, "The key of the bucket.")
  fileprivate static let secretKey = Setting("AWS_SECRET_ACCESS_KEY", secret: true, "The secret of that key.")
  fileprivate static let sessionToken = Setting(
    "AWS_SESSION_TOKEN", secret: true, "The token that belongs to a key for a limited time.")
}
