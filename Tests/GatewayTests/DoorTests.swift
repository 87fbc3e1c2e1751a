import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import ServiceKit
import Testing

@testable import Gateway

/// What stands around the routes: who may call, from where, how often.
struct DoorTests {
  private func user(_ mode: AuthMode, host: String?, origin: String? = nil, path: String = "/api/videos")
    async throws -> String?
  {
    var headers: HTTPFields = [:]
    headers[.origin] = origin
    let head = HTTPRequest(method: .get, scheme: "http", authority: host, path: path, headerFields: headers)
    return try await Authentication(
      mode: mode, origins: ["https://studio.example"], keys: KeyRing(store: MemoryKeyStore(), pepper: nil)
    ).caller(of: Request(head: head, body: .init(buffer: .init())))?.userId
  }

  @Test(arguments: [
    "localhost", "localhost:8080", "127.0.0.1:8080", "127.8.9.1", "[::1]:8080", "a.localhost", "LOCALHOST",
  ])
  func loopbackNameIsTheDevelopmentUser(_ host: String) async throws {
    #expect(try await user(.dev, host: host) == "local")
  }

  @Test(arguments: [
    "example.com", "127.0.0.1.evil.com", "localhost.evil.com", "192.168.0.1", "0.0.0.0", "evil-localhost",
    "127.1",
    "[::2]:80", "localhost:80:80",
  ])
  func foreignHostIs403InDevelopment(_ host: String) async {
    await #expect { try await user(.dev, host: host) } throws: { ($0 as? Problem)?.statusCode == 403 }
    await #expect {
      try await user(.dev, host: host, path: "/media/x")
    } throws: {
      ($0 as? Problem)?.statusCode == 403
    }
  }

  @Test(arguments: ["https://evil.com", "null", "http://127.0.0.1.evil.com", "file://localhost"])
  func foreignOriginIs403InDevelopment(_ origin: String) async {
    await #expect {
      try await user(.dev, host: "localhost", origin: origin)
    } throws: {
      ($0 as? Problem)?.code == "foreign_origin"
    }
  }

  @Test(arguments: ["http://localhost:5173", "http://127.0.0.1", "https://studio.example"])
  func knownOriginMayCall(_ origin: String) async throws {
    #expect(try await user(.dev, host: "localhost", origin: origin) == "local")
  }

  @Test func missingCredentialIs401WhereItIsRequired() async throws {
    var gateway = TestGateway()
    gateway.auth = .required
    let response = try await gateway.send(.get, "/api/videos")
    #expect(response.status == .unauthorized)
    #expect(response.headers[.wwwAuthenticate] == "Bearer")
    #expect(try problem(response).detail.contains("longtake-gateway keys create"))
    #expect(try await gateway.send(.get, "/healthz").status == .ok)
  }

  @Test func unknownCredentialIs401EvenInDevelopment() async throws {
    let response = try await TestGateway().send(.get, "/api/me", headers: [.authorization: "Bearer x"])
    #expect(response.status == .unauthorized)
  }

  @Test func everyAnswerSaysWhatIsLeftAndWhichRequestItWas() async throws {
    var gateway = TestGateway()
    gateway.auth = .required
    for path in ["/api/me", "/nowhere", "/api/models"] {
      let response = try await gateway.send(.get, path)
      #expect(response.headers[.rateLimitPolicy] == "\"default\";q=1000;w=60")
      #expect(response.headers[.rateLimit]?.hasPrefix("\"default\";r=999;") == true)
      #expect(response.headers[.requestId] != nil)
    }
  }

  @Test func tooManyRequestsAre429() async throws {
    var gateway = TestGateway()
    gateway.perMinute = 2
    let last = try await gateway.run { client in
      for _ in 0..<2 {
        _ = try await client.executeRequest(uri: "/api/me", method: .get, headers: [:], body: nil)
      }
      return try await client.executeRequest(uri: "/api/me", method: .get, headers: [:], body: nil)
    }
    #expect(last.status == .tooManyRequests)
    #expect(Int(last.headers[.retryAfter] ?? "").map { (1...30).contains($0) } == true)
    #expect(last.headers[.rateLimit]?.contains("r=0") == true)
  }

  @Test func listedOriginMayReadAndOthersMayNot() async throws {
    var gateway = TestGateway()
    gateway.origins = ["https://studio.example"]
    let known = try await gateway.send(.get, "/api/me", headers: [.origin: "https://studio.example"])
    let foreign = try await gateway.send(.get, "/api/me", headers: [.origin: "https://evil.com"])
    #expect(known.headers[.accessControlAllowOrigin] == "https://studio.example")
    #expect(known.headers[.accessControlExposeHeaders]?.contains("Idempotency-Replayed") == true)
    #expect(foreign.headers[.accessControlAllowOrigin] == nil)
    #expect(foreign.headers[.vary] == "Origin")
  }

  @Test func preflightIsAnsweredWithoutACredential() async throws {
    var gateway = TestGateway()
    gateway.origins = ["https://studio.example"]
    gateway.auth = .required
    let response = try await gateway.send(
      .options, "/api/videos",
      headers: [.origin: "https://studio.example", .accessControlRequestMethod: "POST"])
    #expect(response.status == .noContent)
    #expect(response.headers[.accessControlAllowMethods]?.contains("POST") == true)
  }
}

struct RateBucketTests {
  @Test func bucketFillsEvenly() {
    var bucket = RateBucket(perMinute: 60, now: .zero)
    let times: [Duration] =
      Array(repeating: .zero, count: 60) + [
        .milliseconds(900), .milliseconds(1100), .milliseconds(1200), .seconds(600),
      ]
    let taken = times.map { bucket.take(perMinute: 60, now: $0) }
    #expect(taken == Array(repeating: true, count: 60) + [false, true, false, true])
    #expect(bucket.tokens == 59)
  }

  @Test func waitIsSaidInWholeSeconds() {
    var bucket = RateBucket(perMinute: 6, now: .zero)
    for _ in 0..<6 { _ = bucket.take(perMinute: 6, now: .zero) }
    #expect(bucket.secondsUntilNext(perMinute: 6) == 10)
    #expect(bucket.secondsUntilFull(perMinute: 6) == 60)
  }
}
