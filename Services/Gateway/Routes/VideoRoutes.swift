import Contracts
import FoundationEssentials
import HTTPTypes
import Hummingbird
import ServiceKit

/// `/api/videos`: make, read, change and erase videos.
struct VideoRoutes: Sendable {
  let neighbours: Neighbours
  let idempotency: Idempotency
  let address: Address
  let reader: VideoRequestReader
  let templates: TemplateCache

  var routes: RouteCollection<AppContext> {
    RouteCollection(context: AppContext.self)
      .post("api/videos", use: create)
      .post("api/videos/estimate", use: estimate)
      .get("api/videos", use: list)
      .get("api/videos/:id", use: show)
      .patch("api/videos/:id", use: change)
      .delete("api/videos/:id", use: erase)
      .get("api/videos/:id/history", use: history)
      .get("api/videos/:id/ledger", use: ledger)
      .get("api/deletions/:id", use: receipt)
  }

  @Sendable func create(_ request: Request, _ context: AppContext) async throws -> Response {
    let user = try context.user()
    let body = try await request.json()
    let reading = try reader.read(body, templates: try await templateIds(named: body))
    return try await idempotency.answer(request, context, body: body) { id in
      if reading.dryRun {
        return try .json(
          EstimateView(try await neighbours.estimate(reading.request, user: user)), status: .ok)
      }
      let document = try await neighbours.create(VideoID(id), user: user, reading.request)
      return try accepted(document, address.links(request))
    }
  }

  @Sendable func estimate(_ request: Request, _ context: AppContext) async throws -> Response {
    let user = try context.user()
    let body = try await request.json()
    let reading = try reader.read(body, templates: try await templateIds(named: body))
    return try await idempotency.answer(request, context, body: body) { _ in
      try .json(EstimateView(try await neighbours.estimate(reading.request, user: user)), status: .ok)
    }
  }

  @Sendable func list(_ request: Request, _ context: AppContext) async throws -> Response {
    let query = try ListQuery(request.uri.queryParameters.map { (String($0.key), String($0.value)) })
    let page = try await neighbours.videos(user: try context.user(), query: query.text)
    let links = address.links(request)
    return try .json(
      Listing(items: page.items.map { VideoView($0, links: links) }, nextCursor: page.nextCursor))
  }

  @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response {
    let document = try await neighbours.video(try id(context), user: try context.user())
    let links = address.links(request)
    let tag = links.tag(version: document.version).text
    let headers: HTTPFields = [.eTag: tag, .cacheControl: "private, no-cache"]
    if EntityTag.matches(ifNoneMatch: request.headers[.ifNoneMatch], tag) {
      return Response(status: .notModified, headers: headers)
    }
    return try .json(VideoView(document, links: links), headers: headers)
  }

  @Sendable func change(_ request: Request, _ context: AppContext) async throws -> Response {
    var body = try BodyReader(try await request.json())
    var change = ChangeVideo(title: body.string("title", 1...200))
    change.budgetUSD = body.money("budgetUSD", atMost: VideoRequestReader.largestBudget)
    try body.finish()
    change.expectedVersion = try expectedVersion(request)
    let document = try await neighbours.change(try id(context), user: try context.user(), change)
    let links = address.links(request)
    return try .json(
      VideoView(document, links: links), headers: [.eTag: links.tag(version: document.version).text])
  }

  @Sendable func erase(_ request: Request, _ context: AppContext) async throws -> Response {
    let id: VideoID = try id(context)
    // Always the same action: erasing twice is erasing once.
    let action = ActionID(UUID(namespace: id.uuid, name: "delete"))
    let message = ActOnVideo(action: .delete, expectedVersion: try expectedVersion(request))
    try await neighbours.delete(id, action: action, user: try context.user(), message)
    let receipt = address.links(request).deletion(id)
    return try .json(
      ["id": id.description, "status": "erasing", "receiptUrl": receipt], status: .accepted,
      headers: [.location: receipt])
  }

  @Sendable func receipt(_ request: Request, _ context: AppContext) async throws -> Response {
    let receipt = try await neighbours.deletion(try id(context), user: try context.user())
    return try .json(ReceiptView(receipt))
  }

  @Sendable func history(_ request: Request, _ context: AppContext) async throws -> Response {
    let page = try await neighbours.history(try id(context), user: try context.user())
    return try .json(Listing(items: page.items.map(TransitionView.init), nextCursor: page.nextCursor))
  }

  @Sendable func ledger(_ request: Request, _ context: AppContext) async throws -> Response {
    let page = try await neighbours.ledger(try id(context), user: try context.user())
    return try .json(Listing(items: page.items, nextCursor: page.nextCursor))
  }

  /// The ids that exist, asked for only when the body names one.
  private func templateIds(named body: JSONValue) async throws -> Set<String>? {
    guard case .object(let members) = body, case .string = members["template"] else { return nil }
    return Set(try await templates.templates().map(\.id))
  }
}

extension VideoRoutes {
  func id(_ context: AppContext) throws(Problem) -> VideoID { try context.id("id", of: "video") }

  /// 202 with where the video is.
  func accepted(_ document: VideoDocument, _ links: Links) throws -> Answer {
    try .json(
      VideoView(document, links: links), status: .accepted,
      headers: ["Location": links.video(document.id), "ETag": links.tag(version: document.version).text])
  }

  func expectedVersion(_ request: Request) throws(Problem) -> Int? {
    do throws(TagMismatch) {
      return try EntityTag.expectedVersion(ifMatch: request.headers[.ifMatch])
    } catch {
      throw .preconditionFailed("If-Match is no tag that this video ever had.")
    }
  }
}
