internal import HTTPTypes
public import Hummingbird
internal import Logging
internal import Synchronization

/// The outermost middleware: gives a request its id and trace, renders what is thrown, and logs one line.
public struct RequestScope: RouterMiddleware {
  public typealias Context = AppContext

  private let rendering: ProblemRendering

  public init(rendering: ProblemRendering) { self.rendering = rendering }

  public func handle(
    _ request: Request, context: AppContext, next: @concurrent (Request, AppContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    if let id = request.headers[.requestId], Self.isPlain(id) { context.requestId = id }
    if let trace = request.headers[.traceparent].flatMap(Trace.init(continuing:)) { context.trace = trace }
    context.logger[metadataKey: "requestId"] = "\(context.requestId)"
    context.logger[metadataKey: "traceId"] = "\(context.trace.traceId)"
    let scoped = context
    let start = ContinuousClock.now
    var response = try await CurrentRequest.$trace.withValue(scoped.trace) {
      try await CurrentRequest.$requestId.withValue(scoped.requestId) {
        try await rendering.handle(request, context: scoped, next: next)
      }
    }
    response.headers[.requestId] = context.requestId
    log(request, response, context, ContinuousClock.now - start)
    return response
  }

  /// Never the query: it may hold a signed link.
  private func log(_ request: Request, _ response: Response, _ context: AppContext, _ time: Duration) {
    let code = response.status.code
    let quiet = code < 400 && (request.method == .get || request.method == .head)
    context.logger.log(
      level: code >= 500 ? .error : quiet ? .debug : .info, "request",
      metadata: [
        "method": "\(request.method)", "path": "\(request.uri.path)", "status": .stringConvertible(code),
        "seconds": .stringConvertible(time / .seconds(1)),
      ])
  }

  private static func isPlain(_ id: String) -> Bool {
    (1...128).contains(id.utf8.count)
      && id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) }
  }
}

/// Turns what a route throws into an answer, so that every middleware around it sees one.
public struct ProblemRendering: RouterMiddleware {
  public typealias Context = AppContext

  private let table: RouteTable
  /// The start of `type` URLs, `https://host`, or nothing.
  private let base: @Sendable (Request) -> String

  public init(table: RouteTable, base: @escaping @Sendable (Request) -> String = { _ in "" }) {
    self.table = table
    self.base = base
  }

  public func handle(
    _ request: Request, context: AppContext, next: @concurrent (Request, AppContext) async throws -> Response
  ) async throws -> Response {
    do {
      return try await next(request, context)
    } catch {
      var problem = table.problem(for: request) ?? Problem(describing: error, logger: context.logger)
      if !(error is HTTPError) { problem = Problem(describing: error, logger: context.logger) }
      if problem.type.hasPrefix("/") { problem.type = base(request) + problem.type }
      problem.traceId = context.trace.traceId
      return try problem.response(from: request, context: context)
    }
  }
}

/// The routes of a service, for telling an unknown path from a wrong method.
public final class RouteTable: Sendable {
  private struct Route: Sendable {
    let path: RouterPath
    let method: HTTPRequest.Method
  }

  private let routes = Mutex<[Route]>([])

  public init() {}

  /// Takes over what the router knows; called once all routes are there.
  public func fill(from router: Router<AppContext>) {
    let known = router.routes.map { Route(path: $0.path, method: $0.method) }
    routes.withLock { $0 = known }
  }

  /// 404 or 405 for a request that no route takes; nil for one that some route takes.
  func problem(for request: Request) -> Problem? {
    let segments = request.uri.path.split(separator: "/").map(String.init)
    let methods = routes.withLock { routes in
      Set(routes.filter { Self.matches($0.path, segments) }.map(\.method.rawValue))
    }
    if methods.contains(request.method.rawValue) { return nil }
    if methods.isEmpty { return .notFound("resource at \(request.uri.path.prefix(200))") }
    if request.method == .head, methods.contains("GET") { return nil }
    let allowed = methods.union(methods.contains("GET") ? ["HEAD"] : []).sorted().joined(separator: ", ")
    return Problem(
      405, code: "method_not_allowed",
      detail: "\(request.method.rawValue) is not allowed here, but \(allowed).",
      headers: [.allow: allowed])
  }

  private static func matches(_ path: RouterPath, _ segments: [String]) -> Bool {
    let elements = Array(path)
    if elements.last == .recursiveWildcard {
      let fixed = elements.dropLast()
      return segments.count > fixed.count && zip(fixed, segments).allSatisfy { $0 ~= $1 }
    }
    return elements.count == segments.count && zip(elements, segments).allSatisfy { $0 ~= $1 }
  }
}
