import FoundationEssentials
import HTTPClient
import HTTPTypes
import Outside
import Testing

/// The gateway from outside: bad input is named, events have no gap.
@Suite(.enabled(if: Stack.isAsked), .serialized, .timeLimit(.minutes(5)))
struct DoorTests {
  struct Refusal: Sendable {
    let method: HTTPTypes.HTTPRequest.Method
    let path: String
    let body: String?
    let type: String
    let statuses: [Int]
    let pointers: [String]

    init(
      _ body: String?, _ statuses: [Int], _ pointers: [String] = [], type: String = "application/json",
      path: String = "/api/videos", method: HTTPTypes.HTTPRequest.Method = .post
    ) {
      self.method = method
      self.path = path
      self.body = body
      self.type = type
      self.statuses = statuses
      self.pointers = pointers
    }
  }

  static let refusals: [Refusal] = [
    Refusal(#"{"prompt": ""}"#, [400, 422], ["/prompt"]),
    Refusal(#"{"prompt": "\#(String(repeating: "x", count: 4001))"}"#, [400, 422], ["/prompt"]),
    Refusal("{}", [400, 422], ["/prompt"]),
    Refusal(
      #"{"prompt": "x", "template": "no", "model": "no", "durationSeconds": 301, "colour": 1}"#, [400, 422],
      ["/template", "/model", "/durationSeconds", "/colour"]),
    Refusal(#"{"prompt": "x", "durationSeconds": 0.5}"#, [400, 422], ["/durationSeconds"]),
    Refusal(#"{"prompt": "x", "durationSeconds": "30"}"#, [400, 422], ["/durationSeconds"]),
    Refusal(#"{"prompt": "x""#, [400]),
    Refusal("[]", [400, 422]),
    Refusal(#"{"prompt": "\#(String(repeating: "x", count: 300_000))"}"#, [413]),
    Refusal("prompt=x", [415], type: "text/plain"),
    Refusal(nil, [404], path: "/api/videos/0b5e8a52-6f0e-4c7e-9d0b-3d1f6a1c2e01", method: .get),
    Refusal(nil, [404], path: "/api/videos/not-an-id", method: .get),
    Refusal(nil, [404], path: "/api/nothing", method: .get),
    Refusal(nil, [405], path: "/api/videos", method: .put),
  ]

  @Test func everyFaultIsNamed() async throws {
    try await Stack.run { stack in
      for refusal in Self.refusals {
        let response = try await stack.send(
          refusal.method, refusal.path, refusal.body, headers: [.contentType: refusal.type])
        let problem = try response.decoded(Problem.self)
        #expect(refusal.statuses.contains(response.status), "\(refusal): \(response.text)")
        #expect(response.headers[.contentType]?.hasPrefix("application/problem+json") == true)
        let named = Set(problem.errors?.map(\.pointer) ?? [])
        #expect(named.isSuperset(of: refusal.pointers), "\(refusal.pointers) in \(response.text)")
      }
      #expect(try await stack.sql("select count(*) from status.video") == ["0"])
    }
  }

  @Test func onlyWhoHasAKeyComesInWhereOneIsRequired() async throws {
    try await Stack.run(environment: ["LONGTAKE_AUTH": "required"]) { stack in
      #expect(try await stack.send(.get, "/api/me").status == 401)
      let revoked = try await stack.keys("create", "--user", "ada")
      let line = try await stack.keys("list", "--user", "ada").split(separator: "\n").last ?? ""
      #expect(try await stack.keys("revoke", String(line.prefix { $0 != "\t" })) == "Revoked.")
      #expect(try await stack.me(revoked).status == 401)
      let me = try await stack.me(try await stack.keys("create", "--user", "ada", "--scope", "read"))
      #expect(me.status == 200 && me.text.contains(#""id":"ada""#))
    }
  }

  @Test func eventsReadThroughABreakHaveNoGap() async throws {
    try await Stack.run { stack in
      let begun = try await stack.create(#"{"prompt": "A meadow by day", "durationSeconds": 6}"#)
      var numbers = try await EventReader.read(stack, after: 0, until: 4)
      try await stack.kill("gateway")
      try await stack.up()
      _ = try await stack.film(begun.id) { $0.isOver }
      let last = Int(try await stack.sql("select max(seq) from status.feed").first ?? "") ?? 0
      numbers += try await EventReader.read(stack, after: numbers.last ?? 0, until: last)
      #expect(last > 8)
      #expect(numbers == Array(1...last))
    }
  }
}

extension Stack {
  /// Runs `longtake-gateway keys` as an operator of this stack.
  fileprivate func keys(_ arguments: String...) async throws -> String {
    let secrets = "\(directory)/secrets"
    let url = "postgres://longtake_gateway@localhost/longtake?host=\(directory)/sockets&schema=gateway"
    return try await Command.run(
      "\(Self.root).build/release/longtake-gateway", ["keys"] + arguments,
      environment: [
        "LONGTAKE_POSTGRES_URL": url, "LONGTAKE_POSTGRES_PASSWORD_FILE": "\(secrets)/postgres-gateway",
        "LONGTAKE_KEY_PEPPER_FILE": "\(secrets)/pepper",
      ])
  }

  fileprivate func me(_ key: String) async throws -> IncomingResponse {
    try await send(.get, "/api/me", headers: [.authorization: "Bearer \(key)"])
  }
}
