import CCurl
import Glibc

/// The file that a request sends, read while libcurl asks for it.
struct UploadFile: ~Copyable {
  let byteCount: Int
  private let descriptor: Int32
  private let start: Int
  private var sent = 0

  /// The whole file, or a part of it.
  init(path: String, offset: Int = 0, count: Int? = nil) throws(TransferError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    start = offset
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      let reason = descriptor < 0 ? String(cString: strerror(errno)) : "it is not an ordinary file"
      if descriptor >= 0 { close(descriptor) }
      throw TransferError(
        kind: .file, code: CURLE_READ_ERROR, message: "The file to send cannot be read: \(reason).")
    }
    byteCount = count ?? (Int(status.st_size) - offset)
  }

  deinit { close(descriptor) }

  /// The number of bytes put in `buffer`, 0 at the end, or `CURL_READFUNC_ABORT`.
  mutating func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      let count = pread(descriptor, buffer.baseAddress, min(buffer.count, byteCount - sent), start + sent)
      // A file that has become shorter would leave the peer waiting for the rest.
      if count == 0 && sent < byteCount { return Int(CURL_READFUNC_ABORT) }
      if count >= 0 {
        sent += count
        return count
      }
      guard errno == EINTR else { return Int(CURL_READFUNC_ABORT) }
    }
  }

  /// Goes back to where libcurl begins again, when it repeats an ordinary request on a new connection.
  mutating func seek(to offset: Int, from origin: Int32) -> Int32 {
    guard origin == SEEK_SET, (0...byteCount).contains(offset) else { return CURL_SEEKFUNC_FAIL }
    sent = offset
    return CURL_SEEKFUNC_OK
  }
}
