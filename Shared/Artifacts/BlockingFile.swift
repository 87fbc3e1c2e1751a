internal import Crypto
internal import FoundationEssentials
internal import Glibc
internal import NIOPosix

/// Plain POSIX file work; every call may block and belongs on a thread pool.
enum BlockingFile {
  /// What is read and hashed at once stays in a core's own cache.
  private static let chunkBytes = 256 << 10

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

  /// What tells that a file was written to: its length, and when anything of it was last changed.
  struct State: Equatable {
    let bytes: Int
    private let seconds: Int
    private let nanoseconds: Int

    fileprivate init(_ status: stat) {
      (bytes, seconds, nanoseconds) = (Int(status.st_size), status.st_ctim.tv_sec, status.st_ctim.tv_nsec)
    }
  }

  static func state(of path: String) throws(ArtifactError) -> State {
    let input = try open(path, O_RDONLY)
    defer { close(input) }
    var status = stat()
    guard fstat(input, &status) == 0 else { throw ArtifactError.system("read \(path)") }
    return State(status)
  }

  /// The hash of a part, which ends with the file if that is shorter.
  static func digest(
    _ path: String, from offset: Int, count: Int
  ) throws(ArtifactError) -> (bytes: Int, sha256: String) {
    var hasher = SHA256()
    let bytes = try hash(path, from: offset, count: count, into: &hasher)
    return (bytes, hex(hasher.finalize()))
  }

  /// Goes on hashing with a part of a file, and answers how long it was.
  static func hash(
    _ path: String, from offset: Int, count: Int, into hasher: inout SHA256
  ) throws(ArtifactError) -> Int {
    let input = try open(path, O_RDONLY)
    defer { close(input) }
    guard lseek(input, offset, SEEK_SET) >= 0 else { throw ArtifactError.system("read \(path)") }
    var left = count
    try pieces(of: input, path, most: count) { (chunk) throws(ArtifactError) in
      chunk.withUnsafeBytes { hasher.update(bufferPointer: $0) }
      left -= chunk.count
    }
    return count - left
  }

  /// Gives a file another name, whose file it replaces.
  static func rename(_ path: String, to target: String) throws(ArtifactError) {
    guard Glibc.rename(path, target) == 0 else { throw ArtifactError.system("name the file \(target)") }
  }

  /// Nothing happens if there is none.
  static func remove(_ path: String) { unlink(path) }

  /// The ordinary files of a folder, not those below it.
  static func files(in folder: String) throws(ArtifactError) -> [(path: String, bytes: Int, changed: Date)] {
    guard let directory = opendir(folder) else { throw ArtifactError.system("list the folder \(folder)") }
    defer { closedir(directory) }
    var files: [(path: String, bytes: Int, changed: Date)] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      let path = "\(folder)/\(name)"
      var status = stat()
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
      files.append((path, Int(status.st_size), Date(timeIntervalSince1970: Double(status.st_mtim.tv_sec))))
    }
    return files
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
    try pieces(of: descriptor, path) { (chunk) throws(ArtifactError) in
      chunk.withUnsafeBytes { hasher.update(bufferPointer: $0) }
      total += chunk.count
      try consume(chunk)
    }
    return (total, hex(hasher.finalize()))
  }

  private static func pieces(
    of descriptor: Int32, _ path: String, most limit: Int = .max,
    _ consume: (ArraySlice<UInt8>) throws(ArtifactError) -> Void
  ) throws(ArtifactError) {
    var buffer = [UInt8](repeating: 0, count: min(chunkBytes, limit))
    var left = limit
    while left > 0 {
      let count = Glibc.read(descriptor, &buffer, min(chunkBytes, left))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw ArtifactError.system("read \(path)") }
      if count == 0 { return }
      try consume(buffer[..<count])
      left -= count
    }
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
  static func invalid(_ key: String) -> ArtifactError {
    let shown = key.unicodeScalars.filter { (0x20..<0x7F).contains($0.value) }.prefix(80)
    return ArtifactError(
      .invalidKey, "\"\(String(String.UnicodeScalarView(shown)))\" is no key of the store.")
  }

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

/// Runs blocking file work on threads of its own kind, away from the cooperative pool.
func blocking<Value: Sendable>(
  _ work: @escaping @Sendable () throws(ArtifactError) -> Value
) async throws(ArtifactError) -> Value {
  let result: Result<Value, ArtifactError>
  do {
    result = try await NIOThreadPool.singleton.runIfActive { () -> Result<Value, ArtifactError> in
      do throws(ArtifactError) { return .success(try work()) } catch { return .failure(error) }
    }
  } catch {
    throw .cancelled
  }
  return try result.get()
}

/// Runs what must happen even where the task was cancelled, and waits for it.
func shielded(_ work: @escaping @Sendable () async -> Void) async { await Task { await work() }.value }
