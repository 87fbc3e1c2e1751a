internal import Crypto
internal import FoundationEssentials
internal import Glibc

/// Plain POSIX file work; every call may block and belongs on a thread pool.
enum BlockingFile {
  private static let chunkBytes = 1 << 20

  /// The size of a regular file; nil for anything else, symbolic links included.
  static func regularSize(_ path: String) -> Int? {
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Copies a file under a name that is not taken, onto the disk, and answers size and SHA-256.
  static func copy(_ source: String, to target: String) throws(ArtifactError) -> (bytes: Int, sha256: String)
  {
    let input = try open(source, O_RDONLY)
    defer { close(input) }
    let output = try open(target, O_WRONLY | O_CREAT | O_EXCL)
    defer { close(output) }
    let digest = try read(input, source) { (chunk) throws(ArtifactError) in
      try write(chunk, to: output, target)
    }
    guard fsync(output) == 0 else { throw ArtifactError.system("write \(target)") }
    return digest
  }

  static func digest(_ path: String) throws(ArtifactError) -> (bytes: Int, sha256: String) {
    let input = try open(path, O_RDONLY)
    defer { close(input) }
    return try read(input, path) { (_) throws(ArtifactError) in }
  }

  /// Writes a new file.
  static func write(_ bytes: [UInt8], to path: String) throws(ArtifactError) {
    let output = try open(path, O_WRONLY | O_CREAT)
    defer { close(output) }
    try write(bytes[...], to: output, path)
  }

  /// What an ordinary user may still write on the file system of a folder.
  static func freeBytes(_ path: String) throws(ArtifactError) -> Int {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { throw ArtifactError.system("look at the disk of \(path)") }
    return Int(clamping: status.f_bavail &* status.f_frsize)
  }

  /// `mkdir -p`.
  static func makeFolders(_ path: String) throws(ArtifactError) {
    if isFolder(path) { return }
    if let slash = path.lastIndex(of: "/"), slash > path.startIndex {
      try makeFolders(String(path[..<slash]))
    }
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw ArtifactError.system("make the folder \(path)")
    }
  }

  /// Makes a new name survive a power cut.
  static func synchronizeFolder(_ path: String) throws(ArtifactError) {
    let folder = try open(path, O_RDONLY | O_DIRECTORY)
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw ArtifactError.system("write the folder \(path)") }
  }

  private static func open(_ path: String, _ flags: Int32) throws(ArtifactError) -> Int32 {
    guard !path.utf8.contains(0) else {
      throw ArtifactError(.invalidKey, "A path cannot hold a NUL character.")
    }
    let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw ArtifactError(.missing, "There is no file \(path).") }
      throw ArtifactError.system("open \(path)")
    }
    return descriptor
  }

  private static func read(
    _ descriptor: Int32, _ path: String, _ consume: (ArraySlice<UInt8>) throws(ArtifactError) -> Void
  ) throws(ArtifactError) -> (bytes: Int, sha256: String) {
    var hasher = SHA256()
    var total = 0
    var buffer = [UInt8](repeating: 0, count: chunkBytes)
    while true {
      let count = Glibc.read(descriptor, &buffer, chunkBytes)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw ArtifactError.system("read \(path)") }
      if count == 0 { break }
      let chunk = buffer[..<count]
      chunk.withUnsafeBytes { hasher.update(bufferPointer: $0) }
      total += count
      try consume(chunk)
    }
    let sha256 = hasher.finalize().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return (total, sha256)
  }

  private static func write(
    _ bytes: ArraySlice<UInt8>, to descriptor: Int32, _ path: String
  ) throws(ArtifactError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw ArtifactError.system("write \(path)") }
      rest = rest.dropFirst(count)
    }
  }
}

extension ArtifactError {
  /// The error of the system call that has just failed, by `errno`.
  static func system(_ what: String) -> ArtifactError {
    let number = errno
    if number == ENOSPC || number == EDQUOT {
      return ArtifactError(
        .full, "There is no space left to \(what): free some, or give LONGTAKE_ARTIFACTS_DIR a larger disk.")
    }
    let reason = String(cString: strerror(number))
    return ArtifactError(.system(number), "It was not possible to \(what): \(reason).")
  }
}
