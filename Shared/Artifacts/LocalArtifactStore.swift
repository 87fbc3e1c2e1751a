public import Contracts
internal import Crypto
public import FoundationEssentials
internal import Glibc

/// Artifacts as files below one folder; the temporary names are in `.uploads` of the same file system.
public struct LocalArtifactStore: ArtifactStore {
  /// With less than this, 64 MB, `check` calls the store full: a film's files would not fit.
  static let leastFreeBytes = 64 << 20

  public let root: String

  /// The folder is made at the first `put` or `check` if it is missing.
  public init(root: String) {
    self.root = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
  }

  public func put(file path: String, as key: String) async throws(ArtifactError) -> PutOutcome {
    guard StorageKeys.isWritable(key) else { throw .invalid(key) }
    return try await blocking { () throws(ArtifactError) in try store(path, as: key) }
  }

  public func localFile(_ key: String) async throws(ArtifactError) -> String {
    try checked(key)
    return try await blocking { () throws(ArtifactError) in
      guard let path = existing(key) else { throw ArtifactError(.missing, "There is no artifact \(key).") }
      return path
    }
  }

  public func copy(_ key: String, to path: String) async throws(ArtifactError) -> ArtifactReference {
    let source = try await localFile(key)
    return try await blocking { () throws(ArtifactError) in
      let temporary = "\(path).\(UUID().uuidString).part"
      defer { BlockingFile.remove(temporary) }
      let (bytes, sha256) = try BlockingFile.copy(source, to: temporary)
      try BlockingFile.rename(temporary, to: path)
      return ArtifactReference(key: key, bytes: bytes, sha256: sha256)
    }
  }

  public func head(_ key: String) async throws(ArtifactError) -> ArtifactReference? {
    try checked(key)
    return try await blocking { () throws(ArtifactError) in
      guard let path = existing(key) else { return nil }
      let (bytes, sha256) = try BlockingFile.digest(path)
      return ArtifactReference(key: key, bytes: bytes, sha256: sha256)
    }
  }

  public func size(_ key: String) async throws(ArtifactError) -> Int? {
    try checked(key)
    return try await blocking { () throws(ArtifactError) in existing(key).flatMap(BlockingFile.regularSize) }
  }

  public func delete(_ key: String) async throws(ArtifactError) {
    try checked(key)
    try await blocking { () throws(ArtifactError) in
      guard unlink(path(of: key)) != 0, errno != ENOENT else { return }
      throw ArtifactError.system("remove \(key)")
    }
  }

  public func list(_ prefix: String) async throws(ArtifactError) -> [String] {
    let folder = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
    try checked(folder)
    return try await blocking { () throws(ArtifactError) in
      guard BlockingFile.isFolder(path(of: folder)) else { return [] }
      do {
        let names = try FileManager.default.subpathsOfDirectory(atPath: path(of: folder))
        return names.map { "\(folder)/\($0)" }.filter { BlockingFile.regularSize(path(of: $0)) != nil }
          .sorted()
      } catch {
        throw ArtifactError(.system(EIO), "It was not possible to list \(folder): \(error).")
      }
    }
  }

  public func check() async throws(ArtifactError) {
    try await blocking { () throws(ArtifactError) in
      do throws(ArtifactError) {
        let probe = try temporaryPath()
        defer { unlink(probe) }
        try BlockingFile.write(Array("ready".utf8), to: probe)
        try Self.checkRoom(free: try BlockingFile.freeBytes(root), in: root)
      } catch {
        if error.code == .full { throw error }
        throw ArtifactError(
          error.code,
          "Nothing can be stored in LONGTAKE_ARTIFACTS_DIR, \(root): make it a folder that user \(geteuid()) may write to. \(error.message)"
        )
      }
    }
  }

  static func checkRoom(free bytes: Int, in root: String) throws(ArtifactError) {
    guard bytes < leastFreeBytes else { return }
    throw ArtifactError(
      .full,
      "LONGTAKE_ARTIFACTS_DIR, \(root), has \(bytes >> 20) MB left and needs \(leastFreeBytes >> 20): free some, or give it a larger disk."
    )
  }

  /// Files are streamed by the gateway itself.
  public func link(_ key: String, until end: Date, as form: LinkForm) async throws(ArtifactError) -> String? {
    nil
  }

  public func removeLeftovers(before moment: Date) async throws(ArtifactError) -> Int {
    try await blocking { () throws(ArtifactError) in
      let folder = "\(root)/.uploads"
      guard BlockingFile.isFolder(folder) else { return 0 }
      let old = try BlockingFile.files(in: folder).filter { $0.changed < moment }
      for file in old { BlockingFile.remove(file.path) }
      return old.count
    }
  }

  private func path(of key: String) -> String { "\(root)/\(key)" }

  /// Where the key's file is: today's place, else the old ones.
  private func existing(_ key: String) -> String? {
    ([key] + StorageKeys.oldPlaces(of: key)).map(path(of:)).first { BlockingFile.regularSize($0) != nil }
  }

  private func checked(_ key: String) throws(ArtifactError) {
    guard StorageKeys.isKey(key) else { throw .invalid(key) }
  }

  private func temporaryPath() throws(ArtifactError) -> String {
    let folder = "\(root)/.uploads"
    try BlockingFile.makeFolders(folder)
    return "\(folder)/\(UUID().uuidString).part"
  }

  private func store(_ source: String, as key: String) throws(ArtifactError) -> PutOutcome {
    let target = path(of: key)
    if BlockingFile.regularSize(target) != nil { return .exists(try reference(to: target, key)) }
    let temporary = try temporaryPath()
    defer { unlink(temporary) }
    let (bytes, sha256) = try BlockingFile.copy(source, to: temporary)
    let (readBytes, readSHA256) = try BlockingFile.digest(temporary)
    guard bytes == readBytes, sha256 == readSHA256 else {
      throw ArtifactError(.corrupt, "The copy of \(key) reads back differently: check the disk of \(root).")
    }
    let folder = String(target[..<(target.lastIndex(of: "/") ?? target.startIndex)])
    try BlockingFile.makeFolders(folder)
    // link(2) fails if the name is taken, which rename(2) would replace without a word.
    if Glibc.link(temporary, target) != 0 {
      guard errno == EEXIST else { throw ArtifactError.system("store \(key)") }
      return .exists(try reference(to: target, key))
    }
    try BlockingFile.synchronizeFolder(folder)
    return .stored(ArtifactReference(key: key, bytes: bytes, sha256: sha256))
  }

  private func reference(to path: String, _ key: String) throws(ArtifactError) -> ArtifactReference {
    let (bytes, sha256) = try BlockingFile.digest(path)
    return ArtifactReference(key: key, bytes: bytes, sha256: sha256)
  }
}
