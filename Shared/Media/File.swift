import Glibc

/// Whole local files: read with a bound, written under a second name and renamed.
enum File {
  /// The name under which `path` is written until it is complete.
  static func part(of path: String) -> String { path + ".part" }

  /// Gives the complete file its name, replacing what had it.
  static func commit(_ path: String) throws(MediaError) {
    guard rename(part(of: path), path) == 0 else {
      throw MediaError(averror: -errno, "Could not rename the finished \(path)")
    }
  }

  /// Removes what was written of an output that was not finished.
  static func discardPart(of path: String) { unlink(part(of: path)) }

  /// Writes `bytes` so that `path` is either as it was or complete.
  static func write(_ bytes: UnsafeRawBufferPointer, to path: String) throws(MediaError) {
    _ = try Library.url(path)
    do {
      try writePart(bytes, of: path)
      try commit(path)
    } catch {
      discardPart(of: path)
      throw error
    }
  }

  private static func writePart(_ bytes: UnsafeRawBufferPointer, of path: String) throws(MediaError) {
    let file = open(part(of: path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw MediaError(averror: -errno, "Could not write \(path)") }
    var written = 0
    var failure: Int32 = 0
    while written < bytes.count {
      let count = Glibc.write(file, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      if count > 0 {
        written += count
      } else if errno != EINTR {
        failure = errno
        break
      }
    }
    if close(file) != 0, failure == 0 { failure = errno }
    guard failure == 0 else { throw MediaError(averror: -failure, "Could not write \(path)") }
  }

  /// Reads a whole regular file of at most `limit` bytes.
  static func read(_ path: String, limit: Int) throws(MediaError) -> [UInt8] {
    _ = try Library.url(path)
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw MediaError(averror: -errno, "Could not read \(path)") }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else { throw MediaError(averror: -errno, "Could not read \(path)") }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw MediaError(.unreadable, "\(path) is not a regular file.", averror: -EISDIR)
    }
    let size = Int(status.st_size)
    guard size <= limit else {
      throw MediaError(.tooLarge, "\(path) has \(size) bytes; at most \(limit) are read.")
    }
    var failure: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = Glibc.read(file, buffer.baseAddress?.advanced(by: count), size - count)
        if got > 0 {
          count += got
        } else if got == 0 {
          break
        } else if errno != EINTR {
          failure = errno
          break
        }
      }
    }
    guard failure == 0 else { throw MediaError(averror: -failure, "Could not read \(path)") }
    return bytes
  }
}
