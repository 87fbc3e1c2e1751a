import Foundation
import Testing

@testable import Redis

struct ConfigurationTests {
  @Test(arguments: [
    ("redis://cache", RedisConfiguration.Endpoint.tcp(host: "cache", port: 6379), 0),
    ("redis://cache:7000/3", .tcp(host: "cache", port: 7000), 3),
    ("redis://[::1]:7000", .tcp(host: "::1", port: 7000), 0),
    ("unix:///run/redis.sock", .unix(path: "/run/redis.sock"), 0),
    ("unix:///run/redis.sock?db=2", .unix(path: "/run/redis.sock"), 2),
  ])
  func addressIsRead(_ url: String, _ endpoint: RedisConfiguration.Endpoint, _ database: Int) throws {
    let configuration = try RedisConfiguration(url: url)
    #expect(configuration.endpoint == endpoint)
    #expect(configuration.database == database)
  }

  @Test func credentialsAreDecodedAndNeverShown() throws {
    let configuration = try RedisConfiguration(url: "redis://us%20er:p%40ss@cache/1")
    #expect(configuration.user == "us er")
    #expect(configuration.password == "p@ss")
    #expect("\(configuration)" == "redis://cache:6379/1")
  }

  @Test func passwordMayComeApartFromItsUser() throws {
    var configuration = try RedisConfiguration(url: "redis://ada@cache")
    configuration.password = "secret"
    #expect(configuration.greeting.first == ["AUTH", "ada", "secret"].map { Data($0.utf8) })
  }

  @Test func passwordAloneIsForTheDefaultUser() throws {
    let configuration = try RedisConfiguration(url: "redis://:secret@cache")
    #expect(configuration.user == nil)
    #expect(configuration.password == "secret")
  }

  @Test(arguments: [
    "", "cache:6379", "rediss://cache", "http://cache", "redis://", "redis://cache/x", "redis://cache:0",
    "redis://cache/-1", "unix://",
  ])
  func badURLIsRefused(_ url: String) {
    #expect(throws: RedisError.self) { try RedisConfiguration(url: url) }
  }
}

struct BackoffTests {
  @Test func waitStaysBelowADoublingCeiling() {
    var backoff = Backoff()
    let now = ContinuousClock.now
    let waits = (0..<8).map { _ in
      backoff.failed(.timedOut, at: now, random: 1)
      return backoff.notBefore.map { $0 - now } ?? .zero
    }
    #expect(waits == [50, 100, 200, 400, 800, 1600, 2000, 2000].map { .milliseconds($0) })
  }

  @Test func successForgetsTheFailures() {
    var backoff = Backoff()
    backoff.failed(.timedOut, at: .now)
    backoff.succeeded()
    #expect(backoff.failures == 0)
    #expect(backoff.notBefore == nil)
  }
}
