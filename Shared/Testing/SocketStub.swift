import EventLoop
import Glibc
import Synchronization

/// A TCP server on the loopback interface that follows a script instead of a protocol.
///
/// ```swift
/// try await withSocketStub({ _ in [.readRequest, .send("HTTP/1.1 200 OK\r\n\r\n"), .close] }) { stub in
///   let url = "\(stub.url)/path"
/// }
/// ```
public final class SocketStub: Sendable {
  /// What the stub does next with a connection; at the end of its script it closes it.
  public enum Step: Sendable {
    /// Reads to the end of the head and, if it has a Content-Length, of the body.
    case readRequest
    case send([UInt8])
    /// Sends `bytes` in pieces of `size` with a pause after each.
    case sendSlowly([UInt8], size: Int, pause: Duration)
    /// Says nothing more until the peer hangs up or the test ends.
    case stall
    case fire(Signal)
    /// Waits until the test fires it.
    case await(Signal)
    case close
    /// Closes with a reset (RST) instead of an end (FIN).
    case reset

    public static func send(_ text: String) -> Step { .send(Array(text.utf8)) }

    /// A whole answer of HTTP/1.1 with its Content-Length; the connection may go on after it.
    public static func respond(
      _ status: Int, _ body: String = "", headers: [(String, String)] = []
    ) -> Step {
      let lines = headers.map { "\($0.0): \($0.1)\r\n" }.joined()
      return .send("HTTP/1.1 \(status) Stub\r\nContent-Length: \(body.utf8.count)\r\n\(lines)\r\n\(body)")
    }
  }

  /// Given the number of a connection, from 0, what to do with it.
  public typealias Script = @Sendable (Int) -> [Step]

  private struct State {
    var accepted = 0
    var requests: [String] = []
  }

  public let port: Int
  /// Fires with each connection.
  public let connected = Signal()
  /// Fires when the peer of a stalled connection has hung up.
  public let hungUp = Signal()
  private let script: Script
  private let listener: Socket
  private let state = Mutex(State())

  fileprivate init(_ script: @escaping Script) throws {
    self.script = script
    listener = try Socket.listening(backlog: 64)
    port = listener.port
  }

  public var url: String { "http://127.0.0.1:\(port)" }

  public var acceptedConnections: Int { state.withLock(\.accepted) }

  /// What `readRequest` has read so far, in the order of completion.
  public var requests: [String] { state.withLock(\.requests) }

  fileprivate func serve() async {
    await withDiscardingTaskGroup { group in
      while let socket = await listener.accept() {
        let number = state.withLock { state in
          defer { state.accepted += 1 }
          return state.accepted
        }
        connected.fire()
        group.addTask { await self.follow(self.script(number), socket) }
      }
    }
  }

  private func follow(_ steps: [Step], _ socket: Socket) async {
    var buffered: [UInt8] = []
    for step in steps {
      do {
        guard try await perform(step, socket, &buffered) else { return }
      } catch {
        return
      }
    }
  }

  /// False if the connection is at its end.
  private func perform(_ step: Step, _ socket: Socket, _ buffered: inout [UInt8]) async throws -> Bool {
    switch step {
    case .readRequest:
      guard let request = try await readRequest(socket, &buffered) else { return false }
      state.withLock { $0.requests.append(request) }
    case .send(let bytes): try await socket.write(bytes)
    case .sendSlowly(let bytes, let size, let pause):
      for start in stride(from: 0, to: bytes.count, by: size) {
        try await socket.write(Array(bytes[start..<min(bytes.count, start + size)]))
        try await Task.sleep(for: pause)
      }
    case .stall:
      while try await !socket.read().isEmpty {}
      hungUp.fire()
      return false
    case .fire(let signal): signal.fire()
    case .await(let signal): try await signal.wait()
    case .close: return false
    case .reset:
      socket.resetOnClose()
      return false
    }
    return true
  }

  private func readRequest(_ socket: Socket, _ buffered: inout [UInt8]) async throws -> String? {
    while true {
      if let length = requestLength(buffered), buffered.count >= length {
        defer { buffered.removeFirst(length) }
        return String(decoding: buffered[..<length], as: UTF8.self)
      }
      let bytes = try await socket.read()
      if bytes.isEmpty { return nil }
      buffered += bytes
    }
  }

  /// The bytes of the first request; nil until its head is complete.
  private func requestLength(_ bytes: [UInt8]) -> Int? {
    let end: [UInt8] = [13, 10, 13, 10]
    guard bytes.count >= 4,
      let head = (0...(bytes.count - 4)).first(where: { Array(bytes[$0..<($0 + 4)]) == end })
    else { return nil }
    let lines = String(decoding: bytes[..<head], as: UTF8.self).split(separator: "\r\n")
    let length = lines.first { $0.lowercased().hasPrefix("content-length:") }?
      .split(separator: ":").last.flatMap { Int($0.filter { !$0.isWhitespace }) }
    return head + 4 + (length ?? 0)
  }
}

/// Lends a stub that follows `script` on every connection until `body` returns.
public func withSocketStub<Answer>(
  _ script: @escaping SocketStub.Script, _ body: (SocketStub) async throws -> Answer
) async throws -> Answer {
  let stub = try SocketStub(script)
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { await stub.serve() }
    defer { group.cancelAll() }
    return try await body(stub)
  }
}

/// Lends a port on which nobody listens and which nobody else gets: connecting to it is refused.
public func withRefusingPort<Answer>(_ body: (Int) async throws -> Answer) async throws -> Answer {
  let socket = try Socket.bound()
  defer { withExtendedLifetime(socket) {} }
  return try await body(socket.port)
}

/// Lends a port whose queue is full: a connection attempt gets no answer at all.
public func withUnansweringPort<Answer>(_ body: (Int) async throws -> Answer) async throws -> Answer {
  let socket = try Socket.listening(backlog: 0)
  let fillers = try (0..<3).map { _ in try Socket.connecting(to: socket.port) }
  defer { withExtendedLifetime((socket, fillers)) {} }
  return try await body(socket.port)
}
