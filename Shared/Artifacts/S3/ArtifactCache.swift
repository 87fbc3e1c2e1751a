internal import Crypto
internal import FoundationEssentials
internal import Glibc

/// A folder with copies of objects, bounded in size, which several processes may share.
///
/// Files come and go by name in one step each, and are never written to. Every call may block.
struct ArtifactCache: Sendable {
  /// A copy that may be there.
  struct Entry: Sendable {
    let name: String
    let bytes: Int
    let sha256: String?

    /// Named by all that tells one object from another; the type stays readable.
    init(of name: String, _ object: S3Object, in store: S3Configuration) {
      let identity = [store.endpoint.authority, store.bucket, name, object.etag, String(object.bytes)]
      let type = name.split(separator: "/").last?.split(separator: ".").dropFirst().last ?? "bin"
      self.name = "\(hex(SHA256.hash(data: Data(identity.joined(separator: "\n").utf8)))).\(type)"
      bytes = object.bytes
      sha256 = object.sha256
    }
  }

  /// How long a file that was handed out stays, however full the cache is: its reader opens it by name.
  static let grace: TimeInterval = 3600

  let folder: String
  let limit: Int

  /// The path of a copy that is still what it should be.
  func find(_ entry: Entry) throws(ArtifactError) -> String? {
    let path = "\(folder)/\(entry.name)"
    guard BlockingFile.regularSize(path) == entry.bytes else { return nil }
    if let sha256 = entry.sha256, try BlockingFile.digest(path).sha256 != sha256 { return nil }
    // The time of the last use; another process may have removed the file by now.
    return utimensat(AT_FDCWD, path, nil, 0) == 0 ? path : nil
  }

  /// Throws unless copies can be kept.
  func check() throws(ArtifactError) {
    do throws(ArtifactError) {
      let probe = try temporaryPath()
      defer { unlink(probe) }
      try BlockingFile.write(Array("ready".utf8), to: probe)
    } catch {
      throw ArtifactError(
        error.code,
        error.code == .full
          ? "LONGTAKE_CACHE_DIR, \(folder), is full: free some, or give it a larger disk."
          : "No copies can be kept in LONGTAKE_CACHE_DIR, \(folder): make it a folder that user \(geteuid()) may write to. \(error.message)"
      )
    }
  }

  func temporaryPath() throws(ArtifactError) -> String {
    try BlockingFile.makeFolders(folder)
    return "\(folder)/\(UUID().uuidString.lowercased()).part"
  }

  /// Gives a file its name, removes the copies that have not been used for longest, and answers its path.
  func adopt(_ file: String, as entry: Entry, now: Date = Date()) throws(ArtifactError) -> String {
    let path = "\(folder)/\(entry.name)"
    try BlockingFile.rename(file, to: path)
    try evict(now: now)
    return path
  }

  private func evict(now: Date) throws(ArtifactError) {
    let files = try BlockingFile.files(in: folder).filter { Self.isOurs($0.path) }
      .sorted { $0.changed < $1.changed }
    var total = files.reduce(0) { $0 + $1.bytes }
    for file in files where now.timeIntervalSince(file.changed) > Self.grace {
      // What a dead process left goes even where there is room.
      guard total > limit || file.path.hasSuffix(".part") else { continue }
      if Self.remove(file.path, unchangedSince: file.changed) { total -= file.bytes }
    }
  }

  /// Whether a file has a name that only this cache gives.
  private static func isOurs(_ path: String) -> Bool {
    let parts = (path.split(separator: "/").last ?? "").split(
      separator: ".", omittingEmptySubsequences: false)
    if parts.last == "part" { return UUID(uuidString: String(parts[0])) != nil }
    return parts.count == 2 && parts[0].utf8.count == 64
      && parts[0].allSatisfy { $0.isHexDigit && !$0.isUppercase }
  }

  /// False if somebody has used the file since then, or it is gone.
  static func remove(_ path: String, unchangedSince time: Date) -> Bool {
    var status = stat()
    guard lstat(path, &status) == 0, Double(status.st_mtim.tv_sec) == time.timeIntervalSince1970 else {
      return false
    }
    return unlink(path) == 0
  }
}
