import EventLoop
import Harness
import Logging
import Redis

/// Lends a client of a private Redis, and the server itself.
func withClient(_ body: (RedisClient, RedisServer) async throws -> Void) async throws {
  try await withRedis { server in
    let client = try makeClient(server.url)
    try await body(client, server)
    await client.close()
  }
}

func makeClient(_ url: String, timeout: Duration = .seconds(30)) throws -> RedisClient {
  var configuration = try RedisConfiguration(url: url)
  configuration.commandTimeout = timeout
  configuration.connectTimeout = timeout
  let loop = try EventLoop(name: "redis-test")
  var logger = Logger(label: "redis-test")
  logger.logLevel = .critical
  return RedisClient(configuration: configuration, loop: loop, logger: logger)
}

/// Asks again, without waiting, until Redis answers; the backoff between attempts is the client's.
func recover(by ask: () async throws(RedisError) -> Void) async throws {
  let deadline = ContinuousClock.now + .seconds(20)
  while true {
    do throws(RedisError) {
      return try await ask()
    } catch {
      guard error.isTransient, ContinuousClock.now < deadline else { throw error }
      await Task.yield()
    }
  }
}
