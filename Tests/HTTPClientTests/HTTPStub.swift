import NIOCore
import NIOPosix
import Synchronization

/// A server on loopback that answers every complete request with the steps its script gives.
final class HTTPStub: Sendable {
  enum Step: Sendable {
    case send(String)
    case close
    /// Keeps sending this until the client goes away.
    case repeatForever(String)
  }

  struct Request: Sendable {
    var connection: Int
    var head: String
    var body: String
    var method: String { String(head.prefix { $0 != " " }) }
  }

  typealias Script = @Sendable (Request) -> [Step]

  private struct Log {
    var requests: [Request] = []
    var connectionCount = 0
  }

  private let log = Mutex(Log())
  /// A value for every request that was read whole, then for every connection that ended.
  let events: AsyncStream<String>
  private let script: Script
  private let report: AsyncStream<String>.Continuation

  private init(_ script: @escaping Script) {
    self.script = script
    (events, report) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(1000))
  }

  /// Runs `body` against a server that is gone afterwards.
  static func with<R: Sendable>(
    _ script: @escaping Script, _ body: (HTTPStub, String) async throws -> R
  ) async throws -> R {
    let stub = HTTPStub(script)
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.backlog, value: 256)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(Connection(stub))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let result: Result<R, any Error>
    do {
      result = .success(try await body(stub, "http://127.0.0.1:\(server.localAddress?.port ?? 0)"))
    } catch {
      result = .failure(error)
    }
    try await server.close().get()
    return try result.get()
  }

  /// The steps of an ordinary answer on a connection that stays open.
  static func answer(_ body: String, status: String = "200 OK", headers: String = "") -> [Step] {
    [.send("HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")]
  }

  var requests: [Request] { log.withLock(\.requests) }
  var connectionCount: Int { log.withLock(\.connectionCount) }

  func waitForEvent() async -> String? {
    for await event in events { return event }
    return nil
  }

  private final class Connection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let stub: HTTPStub
    private let number: Int
    private var received = ""

    init(_ stub: HTTPStub) {
      self.stub = stub
      number = stub.log.withLock {
        $0.connectionCount += 1
        return $0.connectionCount
      }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
      received += String(buffer: unwrapInboundIn(data))
      while let request = takeRequest() {
        stub.log.withLock { $0.requests.append(request) }
        for step in stub.script(request) { perform(step, context) }
        stub.report.yield("request")
      }
    }

    func channelInactive(context: ChannelHandlerContext) { stub.report.yield("closed") }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func perform(_ step: Step, _ context: ChannelHandlerContext) {
      switch step {
      case .send(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
      case .close: context.close(promise: nil)
      case .repeatForever(let text):
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text))).whenSuccess {
          // In a turn of its own: a write that succeeds at once would be a recursion without end.
          bound.eventLoop.execute { bound.value.0.perform(step, bound.value.1) }
        }
      }
    }

    private func takeRequest() -> Request? {
      guard let end = received.firstRange(of: "\r\n\r\n") else { return nil }
      let head = String(received[..<end.lowerBound])
      let length = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
      let count = length.flatMap { Int($0.dropFirst(15).filter(\.isNumber)) } ?? 0
      let rest = received[end.upperBound...]
      guard rest.utf8.count >= count else { return nil }
      let body = String(decoding: rest.utf8.prefix(count), as: UTF8.self)
      received = String(decoding: rest.utf8.dropFirst(count), as: UTF8.self)
      return Request(connection: number, head: head, body: body)
    }
  }
}
