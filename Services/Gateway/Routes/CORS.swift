import HTTPTypes
import Hummingbird
import ServiceKit

/// Lets pages of listed origins read the answers (https://fetch.spec.whatwg.org/#http-cors-protocol).
struct CORS: RouterMiddleware {
  typealias Context = AppContext

  /// Nobody, where it is empty.
  let origins: Set<String>

  private static let exposed = """
    Location, ETag, Retry-After, RateLimit, RateLimit-Policy, Idempotency-Replayed, X-Request-Id, \
    Content-Range, Accept-Ranges, Tus-Resumable, Tus-Version, Tus-Extension, Tus-Max-Size, Upload-Offset, \
    Upload-Length, Upload-Expires
    """

  func handle(
    _ request: Request, context: AppContext, next: @concurrent (Request, AppContext) async throws -> Response
  ) async throws -> Response {
    guard !origins.isEmpty else { return try await next(request, context) }
    let origin = request.headers[.origin].flatMap { origins.contains($0) ? $0 : nil }
    let isPreflight = request.method == .options && request.headers[.accessControlRequestMethod] != nil
    var response =
      isPreflight && origin != nil
      ? preflight(request) : try await next(request, context)
    response.headers[values: .vary].append("Origin")
    if let origin {
      response.headers[.accessControlAllowOrigin] = origin
      response.headers[.accessControlExposeHeaders] = Self.exposed
    }
    return response
  }

  private func preflight(_ request: Request) -> Response {
    var headers: HTTPFields = [
      .accessControlAllowMethods: "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS", .accessControlMaxAge: "600",
    ]
    headers[.accessControlAllowHeaders] =
      request.headers[.accessControlRequestHeaders]
      ?? "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-Id"
    return Response(status: .noContent, headers: headers)
  }
}
