internal import Contracts
internal import FoundationEssentials
internal import HTTPClient
internal import HTTPTypes
internal import Synchronization

/// Artifacts as objects of a bucket: conditional writes, so that nothing is overwritten, and a cache for readers.
struct S3ArtifactStore: ArtifactStore {
  let client: S3Client
  let cache: ArtifactCache
  /// From here on a file goes in parts, as AWS advises; below, one request costs the store and us less.
  var multipartBytes = 100 << 20
  let checked = Checked()

  init(client: S3Client, cache: ArtifactCache) {
    self.client = client
    self.cache = cache
  }

  func localFile(_ key: String) async throws(ArtifactError) -> String {
    guard let (name, object) = try await find(key) else { throw missing(key) }
    return try await cached(name, object)
  }

  func copy(_ key: String, to path: String) async throws(ArtifactError) -> ArtifactReference {
    guard StorageKeys.isKey(key) else { throw .invalid(key) }
    for place in [key] + StorageKeys.oldPlaces(of: key) {
      if let copy = try await download(name(place), to: path) {
        return ArtifactReference(key: key, bytes: copy.bytes, sha256: copy.sha256)
      }
    }
    throw missing(key)
  }

  func head(_ key: String) async throws(ArtifactError) -> ArtifactReference? {
    guard let (name, object) = try await find(key) else { return nil }
    return try await reference(key, name, object)
  }

  func size(_ key: String) async throws(ArtifactError) -> Int? { try await find(key)?.object.bytes }

  func delete(_ key: String) async throws(ArtifactError) {
    guard StorageKeys.isKey(key) else { throw .invalid(key) }
    try await client.delete(name(key))
  }

  func list(_ prefix: String) async throws(ArtifactError) -> [String] {
    let folder = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
    guard StorageKeys.isKey(folder) else { throw .invalid(folder) }
    let names = try await client.list(name(folder) + "/")
    return names.map { String($0.dropFirst(client.configuration.prefix.count)) }.sorted()
  }

  func link(_ key: String, until end: Date, as form: LinkForm) async throws(ArtifactError) -> String? {
    guard let (name, _) = try await find(key) else { return nil }
    let query = [
      ("response-content-type", form.type), ("response-content-disposition", form.disposition),
      ("response-cache-control", "private, max-age=3600"),
    ]
    let seconds = Int(end.timeIntervalSince(client.now()))
    return client.link(name, query: query, seconds: min(max(seconds, 1), Self.longestLink))
  }

  /// Seconds (docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html).
  private static let longestLink = 7 * 86_400
  /// The name of a key in the bucket.
  func name(_ key: String) -> String { client.configuration.prefix + key }

  /// Where the key's object is: today's place, else the old ones.
  private func find(_ key: String) async throws(ArtifactError) -> (name: String, object: S3Object)? {
    guard StorageKeys.isKey(key) else { throw .invalid(key) }
    if let object = try await client.head(name(key)) { return (name(key), object) }
    let old = StorageKeys.oldPlaces(of: key).map(name)
    let found = try await concurrently(old.count, width: old.count) { (index) throws(ArtifactError) in
      try await client.head(old[index])
    }
    return zip(old, found).lazy.compactMap { name, object in object.map { (name, $0) } }.first
  }

  /// What is stored; read where nobody has said its hash.
  func reference(
    _ key: String, _ name: String, _ object: S3Object
  ) async throws(ArtifactError) -> ArtifactReference {
    if let sha256 = object.sha256 { return ArtifactReference(key: key, bytes: object.bytes, sha256: sha256) }
    let path = try await cached(name, object)
    let digest = try await blocking { () throws(ArtifactError) in try BlockingFile.digest(path) }
    return ArtifactReference(key: key, bytes: digest.bytes, sha256: digest.sha256)
  }

  func cached(_ name: String, _ object: S3Object) async throws(ArtifactError) -> String {
    let entry = ArtifactCache.Entry(of: name, object, in: client.configuration)
    let cache = cache
    if let path = try await blocking({ () throws(ArtifactError) in try cache.find(entry) }) { return path }
    let temporary = try await blocking { () throws(ArtifactError) in try cache.temporaryPath() }
    guard let copy = try await download(name, to: temporary), copy.bytes == object.bytes else {
      throw ArtifactError(.corrupt, "\(name) was changed while it was read: only Longtake may write there.")
    }
    return try await blocking { () throws(ArtifactError) in try cache.adopt(temporary, as: entry) }
  }

  private func missing(_ key: String) -> ArtifactError {
    ArtifactError(.missing, "There is no artifact \(key).")
  }
}
