import Contracts
import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOCore
import Providers
import ServiceKit

/// What there is: models, templates, state machines, and who is asking.
struct CatalogueRoutes: Sendable {
  struct Me: Encodable, Sendable {
    struct Limits: Encodable, Sendable {
      var requestsPerMinute: Int
      var eventStreams: Int
      var promptCharacters: Int
      var durationSeconds: Double
    }

    var id: String
    var auth: String
    var scopes: [String]
    var limits: Limits
  }

  let neighbours: Neighbours
  let templates: TemplateCache
  let catalogue: ModelCatalogue
  let mode: AuthMode
  let requestsPerMinute: Int

  var routes: RouteCollection<AppContext> {
    RouteCollection(context: AppContext.self)
      .get("api/models", use: showModels)
      .get("api/templates", use: showTemplates)
      .get("api/machines", use: showMachines)
      .get("api/me", use: showMe)
      .get("docs/errors/:code", use: showError)
  }

  @Sendable func showModels(_ request: Request, _ context: AppContext) throws -> Response {
    try conditional(Listing(items: catalogue.descriptions, nextCursor: nil), request)
  }

  @Sendable func showTemplates(_ request: Request, _ context: AppContext) async throws -> Response {
    try conditional(Listing(items: try await templates.templates(), nextCursor: nil), request)
  }

  @Sendable func showMachines(_ request: Request, _ context: AppContext) async throws -> Response {
    let machines = try await neighbours.machines()
    switch request.uri.queryParameters["format"] {
    case nil, "json": return try conditional(machines, request)
    case "mermaid":
      return Response(
        status: .ok, headers: [.contentType: "text/plain; charset=utf-8"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: Diagram.mermaid(machines))))
    default: throw Problem.validation([Fault("/format", "format must be json or mermaid.")])
    }
  }

  @Sendable func showMe(_ request: Request, _ context: AppContext) throws -> Response {
    let limits = Me.Limits(
      requestsPerMinute: requestsPerMinute, eventStreams: FeedHub.mostPerUser,
      promptCharacters: RequestLimits.promptLength.upperBound,
      durationSeconds: RequestLimits.durationSeconds.upperBound)
    return try .json(
      Me(
        id: try context.user(), auth: mode.rawValue, scopes: Scope.names(context.scopes), limits: limits))
  }

  /// Where the `type` of a problem leads.
  @Sendable func showError(_ request: Request, _ context: AppContext) throws -> Response {
    let code = context.parameters.get("code") ?? ""
    guard let meaning = ErrorMeanings.all[code] else {
      throw Problem.notFound("error \"\(code.prefix(80))\"")
    }
    return try .json(["code": code, "meaning": meaning])
  }

  /// 304 where the client has the same bytes.
  private func conditional(_ value: some Encodable, _ request: Request) throws -> Response {
    let data = try JSON.encode(value)
    let digest = SHA256.hash(data: data).prefix(12).map { String($0, radix: 16) }.joined()
    let headers: HTTPFields = [
      .eTag: "\"\(digest)\"", .cacheControl: "private, no-cache",
      .contentType: "application/json; charset=utf-8",
    ]
    if EntityTag.matches(ifNoneMatch: request.headers[.ifNoneMatch], "\"\(digest)\"") {
      return Response(status: .notModified, headers: headers)
    }
    return Response(
      status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
  }
}
