import CLinux

/// What a file descriptor is waited for, or turned out to be ready for.
public struct Readiness: OptionSet, Sendable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// There is something to read, or the peer has closed.
  public static let readable = Readiness(rawValue: 1)
  /// Something can be written.
  public static let writable = Readiness(rawValue: 2)

  /// The mask of epoll(7) that asks for this.
  var events: UInt32 {
    (contains(.readable) ? clinux_epoll_in() : 0) | (contains(.writable) ? clinux_epoll_out() : 0)
  }

  /// A failure or a hang-up counts as both: the next read or write tells what happened.
  init(events: UInt32) {
    var readiness: Readiness = []
    if events & clinux_epoll_in() != 0 { readiness.insert(.readable) }
    if events & clinux_epoll_out() != 0 { readiness.insert(.writable) }
    if events & clinux_epoll_failure() != 0 { readiness = [.readable, .writable] }
    self = readiness
  }
}

/// Why a wait ended without readiness, or why there is no loop.
public enum EventLoopError: Error, Equatable {
  case timedOut
  case cancelled
  /// The loop was shut down before or during the wait.
  case shutDown
  /// A call of the system failed.
  case system(call: String, errno: Int32)
}
