import EventLoop
import Harness
import Testing

@testable import Postgres

/// What stands where a server should be.
@Suite(.timeLimit(.minutes(5)))
struct HostileServerTests {
  /// The error of a connection attempt to `port`; the timeout is generous unless a test waits for it.
  private func failure(
    port: Int, within timeout: Duration = .seconds(20), parameters: [String: String] = [:]
  ) async -> PostgresError? {
    var configuration = PostgresConfiguration(
      host: "127.0.0.1", port: port, user: "nobody", database: "nothing")
    configuration.parameters = parameters
    configuration.connectTimeout = timeout
    do {
      _ = try await PostgresConnection.connect(configuration, loop: HarnessLoop.shared)
      return nil
    } catch {
      return error
    }
  }

  @Test func nobodyListens() async throws {
    let error = try await withRefusingPort { await failure(port: $0) }
    #expect(error?.code == .connection)
    #expect(error?.isTransient == true)
    #expect(error?.message.contains("refused") == true)
    #expect("\(try #require(error))" == "Postgres cannot be reached")
  }

  @Test(arguments: ["28P01", "57P03"]) func theServerRefuses(with state: String) async throws {
    let fields = "SFATAL\0VFATAL\0C\(state)\0Msome words:  ABCDE\0\0"
    let length = UInt8(4 + fields.utf8.count)
    let answer = [UInt8(ascii: "E"), 0, 0, 0, length] + Array(fields.utf8)
    let error = try await withSocketStub({ _ in [.send(answer), .stall] }) {
      await failure(port: $0.port, parameters: ["sslmode": "disable"])
    }
    #expect(error?.code == .connection && error?.isTransient == true)
    #expect(error?.refusal == state)
    #expect("\(try #require(error))" == "Postgres refused the connection (\(state))")
  }

  @Test func nobodyAnswersTheConnection() async throws {
    let error = try await withUnansweringPort { await failure(port: $0, within: .milliseconds(300)) }
    #expect(error?.code == .timedOut)
    #expect(error?.isTransient == true)
  }

  @Test func theServerSaysNothing() async throws {
    try await withSocketStub({ _ in [.stall] }) { stub in
      #expect(await failure(port: stub.port, within: .milliseconds(300))?.code == .timedOut)
      try await stub.hungUp.wait()
    }
  }

  @Test(
    arguments: [
      [.close], [.reset], [.send("N"), .close], [.send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close],
      [.send([UInt8](repeating: 0xFF, count: 16)), .close],
      [.send("N"), .send("R\0\0\0\u{8}\0\0"), .close],
      [.send("NR\u{7F}\u{7F}\u{7F}\u{7F}"), .close],
    ] as [[SocketStub.Step]])
  func theServerTalksNonsense(steps: [SocketStub.Step]) async throws {
    let error = try await withSocketStub({ _ in steps }) { await failure(port: $0.port) }
    #expect(error?.code == .connection)
  }

  @Test func theServerFallsSilentDuringAStatement() async throws {
    let server = try await PostgresServer.shared()
    let hasLost = Signal()
    let socket = "\(server.directory)/.s.PGSQL.5432"
    try await withProxy(
      to: socket,
      { bytes in
        guard String(decoding: bytes, as: UTF8.self).contains("SELECT 42") else { return .pass }
        hasLost.fire()
        return .cut
      }
    ) { proxy in
      var configuration = server.configuration
      configuration.host = "127.0.0.1"
      configuration.port = proxy.port
      let session = try await PostgresConnection.connect(configuration, loop: HarnessLoop.shared)
      #expect(try await session.query("SELECT 1").count == 1)
      #expect(await code { try await session.execute("SELECT 42") } == .connection)
      #expect(await code { try await session.execute("SELECT 1") } == .connection)
    }
    #expect(hasLost.count == 1)
  }

  @Test func theServerGoesAway() async throws {
    let server = try await PostgresServer.start()
    let pool = PostgresPool(
      server.configuration, size: 2, loop: HarnessLoop.shared, logger: .silent)
    try await pool.ping()
    try await server.stop()
    let error = await #expect(throws: PostgresError.self) { try await pool.ping() }
    #expect(error?.code == .connection)
    #expect(error?.isTransient == true)
  }
}
