import Contracts
import Hummingbird
import ServiceKit

/// `POST /api/videos/{id}/{action}`: what a user may ask of a video that exists.
struct ActionRoutes: Sendable {
  let videos: VideoRoutes

  var routes: RouteCollection<AppContext> {
    var routes = RouteCollection(context: AppContext.self)
    for action in [VideoAction.approve, .cancel, .retry, .mix] {
      routes = routes.post("api/videos/:id/\(action.rawValue)") { request, context in
        try await act(action, request, context)
      }
    }
    return routes
  }

  /// What may cost something also takes `dryRun`, the price of the whole film as its upper bound, and a cap.
  private func act(
    _ action: VideoAction, _ request: Request, _ context: AppContext
  ) async throws -> Response {
    let user = try context.user()
    let id = try videos.id(context)
    let body = try await request.jsonIfAny()
    var reader = try BodyReader(body)
    let isPaid = action != .cancel
    let dryRun = isPaid ? reader.bool("dryRun") ?? false : false
    let budget = isPaid ? reader.money("budgetUSD", atMost: VideoRequestReader.largestBudget) : nil
    try reader.finish()
    let version = try videos.expectedVersion(request)
    return try await videos.idempotency.answer(request, context, body: body) { actionId in
      if dryRun { return try await price(of: id, user: user) }
      if let budget {
        let change = ChangeVideo(budgetUSD: budget, expectedVersion: version)
        _ = try await videos.neighbours.change(id, user: user, change)
      }
      let message = ActOnVideo(action: action, expectedVersion: budget == nil ? version : nil)
      let document = try await videos.neighbours.act(id, action: ActionID(actionId), user: user, message)
      return try videos.accepted(document, videos.address.links(request))
    }
  }

  private func price(of id: VideoID, user: String) async throws -> Answer {
    let document = try await videos.neighbours.video(id, user: user)
    return try .json(
      EstimateView(try await videos.neighbours.estimate(document.request, user: user)), status: .ok)
  }
}

extension Request {
  /// The body as JSON, or an empty object where there is none.
  func jsonIfAny() async throws(Problem) -> JSONValue {
    if headers[.contentType] == nil, try await bytes(limit: BodyLimit.standardBytes).isEmpty {
      return .object([:])
    }
    return try await json()
  }
}
