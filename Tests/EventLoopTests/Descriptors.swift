import Glibc
import Testing

/// Two connected sockets, closed when they go away.
final class SocketPair: Sendable {
  let near: Int32
  let far: Int32

  init() throws {
    var ends: [Int32] = [0, 0]
    try #require(
      socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &ends) == 0)
    (near, far) = (ends[0], ends[1])
  }

  deinit {
    close(near)
    close(far)
  }

  func sendFromFar() { _ = write(far, "x", 1) }

  /// Fills the buffers until `near` cannot be written any more.
  func fill() {
    let block = [UInt8](repeating: 0, count: 65_536)
    while write(near, block, block.count) > 0 {}
  }

  func drainAtFar() {
    var block = [UInt8](repeating: 0, count: 65_536)
    while read(far, &block, block.count) > 0 {}
  }
}
