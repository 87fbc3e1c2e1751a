import EventLoop
import Glibc

/// A TCP port of the loopback interface that passes everything on to a Unix socket, until it is told to cheat.
public final class Proxy: Sendable {
  /// What to do with what a client has sent.
  public enum Decision: Sendable {
    case pass
    /// Passes it on, waits for the answer and hangs up instead of passing that on.
    case loseAnswer
    /// Hangs up.
    case cut
  }

  public let port: Int
  private let listener: Socket
  private let target: String
  private let decide: @Sendable ([UInt8]) -> Decision

  fileprivate init(target: String, _ decide: @escaping @Sendable ([UInt8]) -> Decision) throws {
    listener = try Socket.listening(backlog: 16)
    port = listener.port
    self.target = target
    self.decide = decide
  }

  fileprivate func serve() async {
    await withDiscardingTaskGroup { group in
      while let client = await listener.accept() {
        group.addTask {
          do {
            try await self.pass(client, try Socket.connected(toPath: self.target))
          } catch {
            return
          }
        }
      }
    }
  }

  private func pass(_ client: Socket, _ server: Socket) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      defer { group.cancelAll() }
      let answers = Signal()
      let losing = Signal()
      group.addTask {
        while true {
          let bytes = try await server.read()
          if losing.count > 0 { return answers.fire() }
          try await client.write(bytes)
          if bytes.isEmpty { return client.hangUp() }
        }
      }
      while true {
        let bytes = try await client.read()
        switch bytes.isEmpty ? .cut : decide(bytes) {
        case .pass: try await server.write(bytes)
        case .loseAnswer:
          losing.fire()
          try await server.write(bytes)
          try await answers.wait()
          return
        case .cut: return
        }
      }
    }
  }
}

/// Lends a port before the Unix socket `target`; `decide` sees everything that clients send.
public func withProxy<Answer>(
  to target: String, _ decide: @escaping @Sendable ([UInt8]) -> Proxy.Decision,
  _ body: (Proxy) async throws -> Answer
) async throws -> Answer {
  let proxy = try Proxy(target: target, decide)
  return try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { await proxy.serve() }
    defer { group.cancelAll() }
    return try await body(proxy)
  }
}
