public import Contracts
internal import HTTPTypes
public import Hummingbird

/// Lets only calls of other services through, and puts who calls into the context.
public struct RequireServiceToken: RouterMiddleware {
  public typealias Context = AppContext

  private let tokens: ServiceTokens
  private let audience: ServiceName

  public init(tokens: ServiceTokens, audience: ServiceName) {
    self.tokens = tokens
    self.audience = audience
  }

  public func handle(
    _ request: Request, context: AppContext, next: @concurrent (Request, AppContext) async throws -> Response
  ) async throws -> Response {
    guard let header = request.headers[.authorization], header.hasPrefix("Bearer ") else {
      throw Problem.unauthorized("Only Longtake's own services may call this.")
    }
    var context = context
    context.caller = try tokens.verify(String(header.dropFirst(7)), for: audience)
    return try await next(request, context)
  }
}
