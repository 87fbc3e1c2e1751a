import Hummingbird
import Logging
import Postgres
import ServiceKit

/// Says to callers what the store's errors mean.
struct StoreProblems: RouterMiddleware {
  typealias Context = AppContext

  func handle(
    _ request: Request, context: AppContext, next: @concurrent (Request, AppContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch let error as StoreError {
      throw Problem(error)
    } catch let error as PostgresError where error.isTransient || error.code == .commitUnknown {
      context.logger.warning("Postgres did not do it", metadata: ["error": "\(error)"])
      throw Problem.unavailable("The database of Status is away for a moment.")
    }
  }
}

extension Problem {
  init(_ error: StoreError) {
    switch error {
    case .notFound: self = .notFound("video")
    case .superseded: self = .unavailable("Somebody else changed this just now.")
    case .conflict:
      self = .conflict("This id belongs to another request already.", code: "id_taken")
    case .versionMismatch(let expected, let actual):
      self = .preconditionFailed("The video is at version \(actual), not \(expected).")
    case .belowCommitted:
      self = .conflict(
        "The budget cannot be less than what is spent and reserved already.", code: "budget_committed")
    }
  }
}
