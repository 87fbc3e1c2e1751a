import Contracts
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import ServiceKit
import Synchronization
import Testing

@testable import Gateway

/// Who calls with an API key, and what he may do.
struct KeyTests {
  private var gateway: TestGateway {
    var gateway = TestGateway()
    gateway.auth = .required
    return gateway
  }

  private func bearer(
    _ gateway: TestGateway, _ user: String = "ada", _ scopes: Set<Scope> = Scope.standard
  ) async throws -> HTTPFields {
    let made = try await gateway.keys.create(.random(), user: user, name: "n", scopes: scopes)
    return [.authorization: "Bearer \(try #require(made.text).reveal())"]
  }

  private func code(_ response: TestResponse) throws -> String { try problem(response).code }

  @Test func keyIsItsUser() async throws {
    let gateway = gateway
    let me = try object(try await gateway.send(.get, "/api/me", headers: try await bearer(gateway)))
    #expect(me["id"] == .string("ada"))
    #expect(me["auth"] == .string("required"))
    #expect(me["scopes"] == .array([.string("read"), .string("write")]))
  }

  @Test func keyIsItsUserInDevelopmentAsWell() async throws {
    let gateway = TestGateway()
    let me = try object(try await gateway.send(.get, "/api/me", headers: try await bearer(gateway)))
    #expect(me["id"] == .string("ada"))
  }

  @Test(arguments: [
    "Bearer", "Bearer ", "Basic YTpi", "Bearer x", "Bearer vk_live_", "Bearer eyJhbGciOiJub25lIn0.e30.",
    "Bearer vk_live_0123456789ab_\(String(repeating: "0", count: 64))",
    "Bearer vk_live_0123456789AB_\(String(repeating: "0", count: 64))",
  ])
  func whatIsNoKeyOfOursIs401AndSaysWhatIs(_ credential: String) async throws {
    let response = try await gateway.send(.get, "/api/me", headers: [.authorization: credential])
    #expect(response.status == .unauthorized)
    #expect(response.headers[.wwwAuthenticate] == "Bearer")
    let detail = try problem(response).detail
    #expect(detail.contains("vk_live_") && detail.contains("JSON Web Tokens are not accepted yet"))
  }

  @Test func changedSecretBehindAKnownPrefixIs401() async throws {
    let gateway = gateway
    var headers = try await bearer(gateway)
    let text = try #require(headers[.authorization])
    headers[.authorization] = text.dropLast() + (text.hasSuffix("0") ? "1" : "0")
    #expect(try await gateway.send(.get, "/api/me", headers: headers).status == .unauthorized)
  }

  @Test func keyUnderAnotherPepperIs401() async throws {
    let store = MemoryKeyStore()
    var gateway = gateway
    gateway.keys = KeyRing(store: store, pepper: Fixture.pepper)
    let headers = try await bearer(gateway)
    gateway.keys = KeyRing(store: store, pepper: Secret("another-pepper-another-pepper-xx"))
    #expect(try await gateway.send(.get, "/api/me", headers: headers).status == .unauthorized)
  }

  @Test func withoutAPepperKeysAreSwitchedOff() async throws {
    var gateway = gateway
    let headers = try await bearer(gateway)
    gateway.keys = KeyRing(store: MemoryKeyStore(), pepper: nil)
    let response = try await gateway.send(.get, "/api/me", headers: headers)
    #expect(response.status == .serviceUnavailable)
    #expect(try code(response) == "keys_unavailable")
  }

  @Test func readingNeedsReadAndTheRestNeedsWrite() async throws {
    let gateway = gateway
    let reader = try await bearer(gateway, "ada", [.read])
    let writer = try await bearer(gateway, "ada", [.write])
    #expect(try await gateway.send(.get, "/api/me", headers: reader).status == .ok)
    #expect(try await gateway.send(.head, "/api/me", headers: reader).status == .ok)
    let refused = try await gateway.send(.post, "/api/keys", #"{"name": "x"}"#, headers: reader)
    #expect(refused.status == .forbidden)
    #expect(try code(refused) == "missing_scope")
    #expect(try await gateway.send(.get, "/api/me", headers: writer).status == .forbidden)
  }

  @Test func revokedKeyIs401AtOnceHereAndSoonElsewhere() async throws {
    let store = MemoryKeyStore()
    let clock = Mutex(ContinuousClock.now)
    let here = KeyRing(store: store, pepper: Fixture.pepper)
    let elsewhere = KeyRing(store: store, pepper: Fixture.pepper, now: { clock.withLock { $0 } })
    let made = try await here.create(.random(), user: "ada", name: "n", scopes: Scope.standard)
    let text = try #require(made.text).reveal()
    _ = try await (here.key(text), elsewhere.key(text))
    #expect(try await here.revoke(made.key.id, of: "ada"))
    await #expect { try await here.key(text) } throws: { ($0 as? Problem)?.statusCode == 401 }
    #expect(try await elsewhere.key(text).userId == "ada")
    clock.withLock { $0 += KeyRing.patience }
    await #expect { try await elsewhere.key(text) } throws: { ($0 as? Problem)?.statusCode == 401 }
  }

  @Test func openStreamsCredentialHoldsUntilItIsRevoked() async throws {
    let keys = KeyRing(store: MemoryKeyStore(), pepper: Fixture.pepper)
    let made = try await keys.create(.random(), user: "ada", name: "n", scopes: Scope.standard)
    let head = HTTPRequest(
      method: .get, scheme: "http", authority: "x", path: "/api/events",
      headerFields: [.authorization: "bearer  \(try #require(made.text).reveal())"])
    let door = Authentication(mode: .required, origins: [], keys: keys)
    #expect(await door.stillHolds(for: head))
    #expect(try await keys.revoke(made.key.id, of: "ada"))
    #expect(await !door.stillHolds(for: head))
  }

  @Test func guessesAreRefusedBeforeTheyAreLookedUpAndKnownKeysAreNot() async throws {
    let store = MemoryKeyStore()
    var gateway = gateway
    gateway.keys = KeyRing(store: store, pepper: Fixture.pepper)
    let known = try await bearer(gateway)
    let statuses = try await gateway.run { client in
      var statuses: [Int] = []
      let ask = { (headers: HTTPFields) in
        try await client.executeRequest(uri: "/api/me", method: .get, headers: headers, body: nil).status.code
      }
      statuses.append(try await ask(known))
      for _ in 0..<40 {
        statuses.append(try await ask([.authorization: "Bearer \(KeyText().secret.reveal())"]))
      }
      statuses.append(try await ask(known))
      return statuses
    }
    #expect(statuses.first == 200 && statuses.last == 200)
    #expect(statuses[1...30].allSatisfy { $0 == 401 })
    #expect(statuses[40] == 429)
    #expect(store.lookUps.withLock { $0 } < 41)
  }

  @Test func keyCountsOnceHoweverItIsWritten() async throws {
    var gateway = gateway
    gateway.perMinute = 2
    let text = try #require(try await bearer(gateway)[.authorization]).dropFirst("Bearer ".count)
    let last = try await gateway.run { client in
      var last = 0
      for scheme in ["Bearer ", "bearer ", "BEARER  "] {
        let headers: HTTPFields = [.authorization: scheme + text]
        last =
          try await client.executeRequest(uri: "/api/me", method: .get, headers: headers, body: nil).status
          .code
      }
      return last
    }
    #expect(last == 429)
  }

  @Test func secretIsNowhereKeptAndNeverPrinted() async throws {
    let store = MemoryKeyStore()
    let ring = KeyRing(store: store, pepper: Fixture.pepper)
    let made = try await ring.create(.random(), user: "ada", name: "n", scopes: [.read])
    let secret = try #require(made.text).reveal().suffix(64)
    var dumped = ""
    dump(try await store.keys(of: nil, after: nil, limit: 9), to: &dumped)
    dump(made.text, to: &dumped)
    dump(KeyText(try #require(made.text).reveal()), to: &dumped)
    #expect(!dumped.contains(secret))
  }
}

/// `/api/keys`.
struct KeyRouteTests {
  private func bearer(_ gateway: TestGateway, _ user: String, _ scopes: Set<Scope>) async throws -> HTTPFields
  {
    let made = try await gateway.keys.create(.random(), user: user, name: "n", scopes: scopes)
    return [.authorization: "Bearer \(try #require(made.text).reveal())"]
  }

  @Test func madeKeyIsShownOnceAndWorks() async throws {
    let gateway = TestGateway()
    let response = try await gateway.send(.post, "/api/keys", #"{"name": "ci", "scopes": ["read"]}"#)
    #expect(response.status == .created)
    #expect(response.headers[.cacheControl] == "no-store")
    let made = try object(response)
    #expect(made["userId"] == .string("local") && made["scopes"] == .array([.string("read")]))
    guard case .string(let text) = made["key"] else {
      Issue.record("no key in \(made)")
      return
    }
    let me = try await gateway.send(.get, "/api/me", headers: [.authorization: "bearer \(text)"])
    #expect(try object(me)["scopes"] == .array([.string("read")]))
    let list = String(buffer: try await gateway.send(.get, "/api/keys").body)
    #expect(list.contains("\"name\":\"ci\"") && !list.contains(text))
  }

  @Test func repetitionOmitsTheSecret() async throws {
    let gateway = TestGateway()
    let name = HTTPField.Name.idempotencyKey
    let first = try await gateway.send(.post, "/api/keys", #"{"name": "ci"}"#, headers: [name: "k"])
    let second = try await gateway.send(.post, "/api/keys", #"{"name": "ci"}"#, headers: [name: "k"])
    #expect(second.status == .created)
    #expect(second.headers[.idempotencyReplayed] == "true")
    var expected = try object(first)
    #expect(expected.removeValue(forKey: "key") != nil)
    #expect(try object(second) == expected)
  }

  @Test(arguments: [
    (#"{}"#, ["/name"]), (#"{"name": ""}"#, ["/name"]),
    (#"{"name": 7, "scope": ["read"]}"#, ["/name", "/scope"]),
    (#"{"name": "x", "scopes": []}"#, ["/scopes"]), (#"{"name": "x", "scopes": "read"}"#, ["/scopes"]),
    (#"{"name": "x", "scopes": ["read", "root"]}"#, ["/scopes/1"]),
    (#"{"name": "x", "userId": "a b"}"#, ["/userId"]), (#"{"name": "x", "userId": 1}"#, ["/userId"]),
  ])
  func everyFaultOfABodyIsNamed(_ body: String, _ pointers: [String]) async throws {
    let response = try await TestGateway().send(.post, "/api/keys", body)
    #expect(response.status == .unprocessableContent)
    #expect(try problem(response).errors.map(\.pointer) == pointers)
  }

  @Test(arguments: [
    #"{"name": "x", "userId": "eve"}"#, #"{"name": "x", "scopes": ["admin"]}"#,
    #"{"name": "x", "scopes": ["read", "write"]}"#,
  ])
  func nobodyGrantsWhatHeLacks(_ body: String) async throws {
    let gateway = TestGateway()
    let response = try await gateway.send(
      .post, "/api/keys", body, headers: try await bearer(gateway, "ada", [.write]))
    #expect(response.status == .forbidden)
    #expect(try problem(response).code == "missing_scope")
  }

  @Test func adminMakesSeesAndRevokesKeysOfOthers() async throws {
    let gateway = TestGateway()
    let admin = try await bearer(gateway, "ops", [.admin])
    let made = try object(
      try await gateway.send(
        .post, "/api/keys", #"{"name": "x", "userId": "eve", "scopes": ["admin"]}"#, headers: admin))
    #expect(made["userId"] == .string("eve"))
    #expect(made["scopes"] == .array([.string("read"), .string("write"), .string("admin")]))
    guard case .string(let id) = made["id"] else { return }
    let list = try await gateway.send(.get, "/api/keys?userId=eve", headers: admin)
    #expect(String(buffer: list.body).contains(id))
    #expect(try await gateway.send(.delete, "/api/keys/\(id)", headers: admin).status == .noContent)
  }

  @Test func keysOfOthersAreNotThere() async throws {
    let gateway = TestGateway()
    let hers = try await gateway.keys.create(.random(), user: "eve", name: "n", scopes: [.read]).key
    let ada = try await bearer(gateway, "ada", Scope.standard)
    #expect(try await gateway.send(.delete, "/api/keys/\(hers.id)", headers: ada).status == .notFound)
    #expect(try await gateway.send(.delete, "/api/keys/none", headers: ada).status == .notFound)
    let list = String(buffer: try await gateway.send(.get, "/api/keys", headers: ada).body)
    #expect(!list.contains(hers.id.description))
    #expect(try await gateway.send(.get, "/api/keys?userId=eve", headers: ada).status == .forbidden)
    #expect(try await gateway.keys.store.key(prefix: hers.prefix)?.revokedAt == nil)
  }

  @Test func pagesFollowTheirCursor() async throws {
    let gateway = TestGateway()
    for _ in 0..<3 { _ = try await gateway.send(.post, "/api/keys", #"{"name": "x"}"#) }
    let first = try object(try await gateway.send(.get, "/api/keys?limit=2"))
    guard case .string(let cursor) = first["nextCursor"] else {
      Issue.record("no cursor in \(first)")
      return
    }
    let second = try object(try await gateway.send(.get, "/api/keys?limit=2&cursor=\(cursor)"))
    guard case .array(let items) = second["items"] else { return }
    #expect(items.count == 1 && second["nextCursor"] == .null)
  }

  @Test(arguments: ["limit=0", "limit=101", "limit=x", "cursor=x"])
  func strangeQueryIsNamed(_ query: String) async throws {
    let response = try await TestGateway().send(.get, "/api/keys?\(query)")
    #expect(response.status == .unprocessableContent)
    #expect(try problem(response).errors.count == 1)
  }
}
