import Contracts
import Hummingbird
import Queue
import ServiceKit

/// The user's feed, and the machines that everything in it follows.
struct FeedRoutes: Sendable {
  let store: RunStore

  var routes: RouteCollection<AppContext> {
    RouteCollection(context: AppContext.self).add(middleware: StoreProblems())
      .get("feed", use: feed).get("machines", use: machines)
  }

  @Sendable private func feed(_ request: Request, _ context: AppContext) async throws -> Response {
    let query = request.uri.queryParameters
    guard let after = Int(query["after"] ?? "0"), after >= 0 else {
      throw Problem.validation([Fault("/after", "after must be a number of the feed, 0 or more.")])
    }
    guard let limit = Int(query["limit"] ?? "100"), (1...1000).contains(limit) else {
      throw Problem.validation([Fault("/limit", "limit must be a whole number from 1 to 1000.")])
    }
    let id = query["id"].map(String.init)
    if let id, VideoID(id) == nil { throw Problem.validation([Fault("/id", "id must be a UUID.")]) }
    let page = try await store.feed(
      user: try context.user(), after: after, limit: limit, type: query["type"].map(String.init), id: id)
    return try .json(page)
  }

  @Sendable private func machines(_ request: Request, _ context: AppContext) async throws -> Response {
    try .json([VideoMachine.table.description, TaskMachine.description])
  }
}
