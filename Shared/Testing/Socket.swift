import EventLoop
import Glibc

/// A call of the system that the harness needs has failed.
public struct SystemCallFailed: Error, CustomStringConvertible {
  public let description: String

  init(_ call: String, _ code: Int32 = errno) {
    description = "\(call): \(String(cString: strerror(code)))"
  }
}

/// A non-blocking TCP socket on 127.0.0.1, closed when it goes away.
final class Socket: Sendable {
  private let fd: Int32

  private init(_ fd: Int32) { self.fd = fd }

  private convenience init(nonBlocking fd: Int32) {
    _ = fcntl(fd, F_SETFL, O_NONBLOCK)
    _ = fcntl(fd, F_SETFD, FD_CLOEXEC)
    self.init(fd)
  }

  deinit { close(fd) }

  /// Has a port of its own but does not listen.
  static func bound() throws -> Socket {
    let socket = try make()
    let code = withAddress(port: 0) { bind(socket.fd, $0, $1) }
    guard code == 0 else { throw SystemCallFailed("bind") }
    return socket
  }

  static func listening(backlog: Int32) throws -> Socket {
    let socket = try bound()
    guard listen(socket.fd, backlog) == 0 else { throw SystemCallFailed("listen") }
    return socket
  }

  /// Begins to connect.
  static func connecting(to port: Int) throws -> Socket {
    let socket = try make()
    let code = withAddress(port: port) { connect(socket.fd, $0, $1) }
    guard code == 0 || errno == EINPROGRESS else { throw SystemCallFailed("connect") }
    return socket
  }

  /// Connected to the Unix socket at `path`.
  static func connected(toPath path: String) throws -> Socket {
    let fd = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | flags, 0)
    guard fd >= 0 else { throw SystemCallFailed("socket") }
    let socket = Socket(fd)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
      throw SystemCallFailed("connect", ENAMETOOLONG)
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(fd, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard code == 0 else { throw SystemCallFailed("connect \(path)") }
    return socket
  }

  /// Ends the connection in both directions.
  func hangUp() { shutdown(fd, Int32(SHUT_RDWR)) }

  var port: Int {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(fd, $0, &length) }
    }
    return Int(UInt16(bigEndian: address.sin_port))
  }

  /// The next connection; nil once the task is cancelled.
  func accept() async -> Socket? {
    while true {
      let peer = Glibc.accept(fd, nil, nil)
      if peer >= 0 { return Socket(nonBlocking: peer) }
      guard errno == EAGAIN || errno == EINTR || errno == ECONNABORTED else { return nil }
      do {
        try await HarnessLoop.shared.wait(for: .readable, on: fd)
      } catch {
        return nil
      }
    }
  }

  /// Some bytes; none at the end.
  func read() async throws -> [UInt8] {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(fd, &buffer, buffer.count, 0)
      if count >= 0 { return Array(buffer[..<count]) }
      guard errno == EAGAIN || errno == EINTR else { throw SystemCallFailed("recv") }
      try await HarnessLoop.shared.wait(for: .readable, on: fd)
    }
  }

  func write(_ bytes: [UInt8]) async throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes { send(fd, $0.baseAddress, $0.count, Self.noSignal) }
      if count >= 0 {
        sent += count
        continue
      }
      guard errno == EAGAIN || errno == EINTR else { throw SystemCallFailed("send") }
      try await HarnessLoop.shared.wait(for: .writable, on: fd)
    }
  }

  func resetOnClose() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  private static let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
  private static let noSignal = Int32(MSG_NOSIGNAL)

  private static func make() throws -> Socket {
    let fd = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | flags, 0)
    guard fd >= 0 else { throw SystemCallFailed("socket") }
    return Socket(fd)
  }

  private static func withAddress(
    port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
