import CCurl
import Glibc

/// A file that appears under its name only when it is complete.
///
/// Until then it has a name of its own that ends in `.part`, and goes with this value. Not synced to disk:
/// who adopts the file does that. A piece of a larger file is written in its place.
struct PartialFile: ~Copyable {
  private let destination: String
  /// Nil for a piece of a file that is another's.
  private let path: String?
  private var descriptor: Int32 = -1

  init(destination: String) {
    self.destination = destination
    path = "\(destination).\(UInt32.random(in: 0 ... .max)).part"
  }

  /// A piece of a file that is there already, and stays whatever happens.
  init(filling destination: String, at offset: Int) throws(TransferError) {
    self.destination = destination
    path = nil
    descriptor = Glibc.open(destination, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
    if descriptor < 0 || lseek(descriptor, offset, SEEK_SET) < 0 {
      throw TransferError(kind: .file, code: CURLE_WRITE_ERROR, message: fault("opened"))
    }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    if let path { unlink(path) }
  }

  /// Appends everything, or says why it could not.
  mutating func append(_ bytes: UnsafeRawBufferPointer) -> String? {
    if let fault = open() { return fault }
    var rest = bytes[...]
    while !rest.isEmpty {
      let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
      if written >= 0 {
        rest = rest.dropFirst(written)
      } else if errno != EINTR {
        return fault("written")
      }
    }
    return nil
  }

  /// Renames the file to its destination, or says why it could not.
  mutating func publish() -> String? {
    if let fault = open() { return fault }
    let closed = close(descriptor)
    descriptor = -1
    guard let path else { return closed == 0 ? nil : fault("written") }
    guard closed == 0, rename(path, destination) == 0 else {
      let message = fault("put in its place")
      unlink(path)
      return message
    }
    return nil
  }

  private mutating func open() -> String? {
    guard descriptor < 0, let path else { return nil }
    descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o644)
    return descriptor < 0 ? fault("created") : nil
  }

  private func fault(_ verb: String) -> String {
    "The file of a download could not be \(verb): \(String(cString: strerror(errno)))."
  }
}
