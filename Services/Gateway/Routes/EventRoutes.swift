import Contracts
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit
import ServiceLifecycle

/// `/api/events` and `/api/videos/{id}/events`: the feed as server-sent events, without a gap.
struct EventRoutes: Sendable {
  /// How many entries are read at once, and so how many one stream ever holds.
  static let pageSize = 256

  let neighbours: Neighbours
  let hub: FeedHub
  let authentication: Authentication

  var routes: RouteCollection<AppContext> {
    RouteCollection(context: AppContext.self)
      .get("api/events") { request, context in try await stream(request, context, video: nil) }
      .get("api/videos/:id/events") { request, context in
        let id: VideoID = try context.id("id", of: "video")
        _ = try await neighbours.video(id, user: try context.user())
        return try await stream(request, context, video: id)
      }
  }

  /// Listens first and reads the log then, so that nothing falls between.
  private func stream(_ request: Request, _ context: AppContext, video: VideoID?) async throws -> Response {
    let user = try context.user()
    guard let listener = hub.listen(to: user) else {
      throw Problem.tooManyRequests(
        "More than \(FeedHub.mostPerUser) open event streams are too many.", retryAfter: 15)
    }
    let wish = FeedCursor.Request(
      lastEventId: request.headers[.lastEventID],
      after: request.uri.queryParameters["after"].map { String($0) })
    let ends = try await neighbours.feed(user: user, after: wish.position ?? 0, limit: 1, video: video)
    let (cursor, opening) = FeedCursor.open(wish, page: ends)
    let (head, authentication) = (request.head, authentication)
    let feed = FeedStream(
      cursor: cursor, opening: opening, listener: listener, hub: hub, logger: context.logger,
      mayGoOn: { await authentication.stillHolds(for: head) }
    ) { after in
      try await neighbours.feed(user: user, after: after, limit: Self.pageSize, video: video)
    }
    return Response(status: .ok, headers: Self.headers, body: ResponseBody { try await feed.write(to: &$0) })
  }

  private static let headers: HTTPFields = [
    .contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store", .accelBuffering: "no",
  ]
}
