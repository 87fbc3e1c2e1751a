import Contracts
import Hummingbird
import Providers
import ServiceKit

/// What other services ask of Planner besides tasks.
struct PlanRoutes: Sendable {
  let estimator: Estimator

  var routes: RouteCollection<AppContext> {
    RouteCollection(context: AppContext.self)
      .post("estimate", use: estimate)
      .get("templates") { _, _ in try Response.json(Template.all.map(\.summary)) }
      .get("models") { _, _ in try Response.json(estimator.writer.catalogue.descriptions) }
  }

  @Sendable private func estimate(_ request: Request, _ context: AppContext) async throws -> Response {
    let wanted = try await request.message(VideoRequest.self)
    return try Response.json(try estimate(wanted))
  }

  private func estimate(_ request: VideoRequest) throws(Problem) -> Estimate {
    do {
      return try estimator.estimate(request)
    } catch {
      throw .validation(error.faults.map { Fault($0.pointer, $0.detail) })
    }
  }
}
