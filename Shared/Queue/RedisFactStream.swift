public import Contracts
public import Redis

/// The stream of a service in Redis.
public struct RedisFactStream: FactStream {
  private let redis: RedisClient
  private let name: String

  public init(_ service: ServiceName, redis: RedisClient) {
    self.redis = redis
    name = Channel.facts(of: service)
  }

  public func append(_ payloads: [String]) async throws {
    try await redis.appendAll(to: name, entries: payloads.map { [(Channel.factField, $0)] })
  }
}
