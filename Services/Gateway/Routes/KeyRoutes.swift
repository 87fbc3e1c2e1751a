import Contracts
import FoundationEssentials
import HTTPTypes
import Hummingbird
import ServiceKit

/// `/api/keys`: make, list and revoke API keys.
struct KeyRoutes: Sendable {
  let ring: KeyRing
  let idempotency: Idempotency

  var routes: RouteCollection<AppContext> {
    RouteCollection(context: AppContext.self)
      .post("api/keys", use: create).get("api/keys", use: list).delete("api/keys/:id", use: revoke)
  }

  /// The secret is in this one answer and nowhere else, also not in what is kept for repetitions.
  @Sendable func create(_ request: Request, _ context: AppContext) async throws -> Response {
    let body = try await request.json()
    let wanted = try Wanted(body, by: try context.user())
    try wanted.check(against: context)
    var shown: KeyView?
    let response = try await idempotency.answer(request, context, body: body) { id in
      let (key, text) = try await ring.create(
        KeyID(id), user: wanted.user, name: wanted.name, scopes: wanted.scopes)
      shown = KeyView(key, text: text)
      return try .json(KeyView(key, text: nil), status: .created)
    }
    guard let shown else { return response }
    return try Response.json(shown, status: .created, headers: [.cacheControl: "no-store"])
  }

  /// The caller's own; an admin may ask for another user's.
  @Sendable func list(_ request: Request, _ context: AppContext) async throws -> Response {
    let query = try KeyQuery(request.uri.queryParameters.map { (String($0.key), String($0.value)) })
    let user = try context.user()
    if let other = query.user, other != user { try context.require(.admin) }
    let keys = try await ring.store.keys(
      of: query.user ?? user, after: query.cursor, limit: query.limit + 1)
    let page = keys.prefix(query.limit)
    return try .json(
      Listing(
        items: page.map { KeyView($0, text: nil) },
        nextCursor: keys.count > query.limit ? page.last?.id.description : nil))
  }

  @Sendable func revoke(_ request: Request, _ context: AppContext) async throws -> Response {
    let user = context.scopes.contains(.admin) ? nil : try context.user()
    guard try await ring.revoke(try context.id("id", of: "API key"), of: user) else {
      throw Problem.notFound("API key with this id")
    }
    return Response(status: .noContent)
  }
}

/// What a body of `POST /api/keys` asks for.
private struct Wanted {
  let name: String
  let user: String
  let scopes: Set<Scope>

  init(_ body: JSONValue, by caller: String) throws(Problem) {
    var reader = try BodyReader(body)
    name = reader.string("name", 1...100, required: true) ?? ""
    user = reader.string("userId", 1...128) ?? caller
    if !UserName.isValid(user) { reader.fault("userId", "userId must have \(UserName.rule).") }
    let texts = reader.strings("scopes", count: 1...Scope.allCases.count, length: 1...20)
    for (index, text) in (texts ?? []).enumerated() where Scope(rawValue: text) == nil {
      let names = Scope.allCases.map(\.rawValue).joined(separator: ", ")
      reader.note(Fault("/scopes/\(index)", "This must be one of \(names)."))
    }
    scopes = texts.map { Set($0.compactMap(Scope.init)) } ?? Scope.standard
    try reader.finish()
  }

  /// Nobody grants what he lacks, and only an admin makes keys for others.
  func check(against context: AppContext) throws(Problem) {
    if try user != context.user() { try context.require(.admin) }
    for scope in Scope.allCases where scopes.contains(scope) { try context.require(scope) }
  }
}

/// The query of `GET /api/keys`.
private struct KeyQuery {
  var limit = 20
  var cursor: KeyID?
  var user: String?

  init(_ parameters: [(String, String)]) throws(Problem) {
    var faults: [Fault] = []
    for (name, value) in parameters where !value.isEmpty {
      switch name {
      case "limit":
        limit = Int(value) ?? 0
        if !(1...100).contains(limit) {
          faults.append(Fault("/limit", "limit must be a whole number from 1 to 100."))
        }
      case "cursor":
        cursor = KeyID(value)
        if cursor == nil { faults.append(Fault("/cursor", "cursor must be the nextCursor of a page.")) }
      case "userId": user = value
      default: break
      }
    }
    if !faults.isEmpty { throw .validation(faults) }
  }
}

/// An API key as its owner sees it.
private struct KeyView: Encodable, Sendable {
  let id: KeyID
  let name: String
  let userId: String
  /// What a key begins with, to tell one from another.
  let prefix: String
  let scopes: [String]
  let createdAt: Date
  @Present var revokedAt: Date?
  /// The whole key, once.
  var key: String?

  init(_ key: APIKey, text: Secret?) {
    id = key.id
    name = key.name
    userId = key.userId
    prefix = "vk_live_\(key.prefix)"
    scopes = Scope.names(key.scopes)
    createdAt = key.createdAt
    revokedAt = key.revokedAt
    self.key = text?.reveal()
  }
}
