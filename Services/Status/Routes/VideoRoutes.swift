import Contracts
import Hummingbird
import ServiceKit

/// Videos, for the gateway on behalf of a user.
struct VideoRoutes: Sendable {
  let store: RunStore

  var routes: RouteCollection<AppContext> {
    RouteCollection(context: AppContext.self).add(middleware: StoreProblems())
      .put("videos/:id", use: create).get("videos/:id", use: show).patch("videos/:id", use: change)
      .get("videos", use: list).put("videos/:id/actions/:action", use: act)
      .get("videos/:id/history", use: history).get("videos/:id/ledger", use: ledger)
      .get("deletions/:id", use: deletion)
  }

  @Sendable private func create(_ request: Request, _ context: AppContext) async throws -> Response {
    let message = try await request.message(CreateVideo.self)
    let video = try await store.create(try context.video(), user: try context.user(), message)
    return try .json(video, status: .accepted)
  }

  @Sendable private func show(_ request: Request, _ context: AppContext) async throws -> Response {
    try .json(try await store.video(try context.video(), user: try context.user()))
  }

  @Sendable private func change(_ request: Request, _ context: AppContext) async throws -> Response {
    let message = try await request.message(ChangeVideo.self)
    return try .json(try await store.change(try context.video(), user: try context.user(), message))
  }

  @Sendable private func list(_ request: Request, _ context: AppContext) async throws -> Response {
    let filter = try VideoFilter(request.uri.queryParameters)
    return try .json(try await store.videos(user: try context.user(), filter))
  }

  @Sendable private func act(_ request: Request, _ context: AppContext) async throws -> Response {
    let message = try await request.message(ActOnVideo.self)
    let action: ActionID = try context.id("action", of: "action")
    let answer = try await store.act(
      action, on: try context.video(), user: try context.user(), message)
    switch answer {
    case .video(let video): return try .json(video, status: .accepted)
    case .deletion(let receipt): return try .json(receipt, status: .accepted)
    case .refused(let problem): throw problem
    }
  }

  @Sendable private func history(_ request: Request, _ context: AppContext) async throws -> Response {
    let items = try await store.history(try context.video(), user: try context.user())
    return try .json(Page(items: items, nextCursor: nil))
  }

  @Sendable private func ledger(_ request: Request, _ context: AppContext) async throws -> Response {
    let items = try await store.ledger(try context.video(), user: try context.user())
    return try .json(Page(items: items, nextCursor: nil))
  }

  @Sendable private func deletion(_ request: Request, _ context: AppContext) async throws -> Response {
    try .json(try await store.deletion(try context.video(), user: try context.user()))
  }
}

extension AppContext {
  fileprivate func video() throws -> VideoID { try id("id", of: "video") }
}
