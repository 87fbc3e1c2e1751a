import CCurl
import Glibc

/// The file that a request sends, read while libcurl asks for it.
struct UploadFile: ~Copyable {
  let byteCount: Int
  private let descriptor: Int32

  init(path: String) throws(TransferError) {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      let reason = descriptor < 0 ? String(cString: strerror(errno)) : "it is not an ordinary file"
      if descriptor >= 0 { close(descriptor) }
      throw TransferError(
        kind: .file, code: CURLE_READ_ERROR, message: "The file to send cannot be read: \(reason).")
    }
    byteCount = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// The number of bytes put in `buffer`, 0 at the end, or `CURL_READFUNC_ABORT`.
  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      guard errno == EINTR else { return Int(CURL_READFUNC_ABORT) }
    }
  }

  /// Goes back to where libcurl begins again, when it repeats an ordinary request on a new connection.
  func seek(to offset: Int, from origin: Int32) -> Int32 {
    lseek(descriptor, offset, origin) < 0 ? CURL_SEEKFUNC_FAIL : CURL_SEEKFUNC_OK
  }
}
