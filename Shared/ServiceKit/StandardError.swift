internal import Glibc
internal import Synchronization

/// The process' stderr, where logs and the sentences of a failed start go.
enum StandardError {
  private static let turn = Mutex(())

  /// Writes whole lines: two writers never mix theirs.
  static func write(_ line: String) {
    turn.withLock { _ in
      var bytes = Array((line + "\n").utf8)[...]
      while !bytes.isEmpty {
        let chunk = Array(bytes)
        // write(2) reads at most `count` bytes of the array and keeps no pointer to it.
        let written = unsafe Glibc.write(STDERR_FILENO, chunk, chunk.count)
        if written < 0 && errno == EINTR { continue }
        if written <= 0 { return }
        bytes = bytes.dropFirst(written)
      }
    }
  }
}
