internal import Contracts
public import Hummingbird
public import Logging
public import ServiceLifecycle

/// What a service is given to assemble itself from.
public struct Start: Sendable {
  public let identity: ServiceIdentity
  public let settings: Settings
  public let logger: Logger
  /// What is looked at before the service answers.
  let checks = StartChecks()

  public init(identity: ServiceIdentity, settings: Settings, logger: Logger) {
    self.identity = identity
    self.settings = settings
    self.logger = logger
  }

  /// Signs and checks the calls between services, from `LONGTAKE_INTERNAL_SECRET`.
  public func tokens() -> ServiceTokens {
    ServiceTokens(secret: settings.secret(.internalSecret, minimumBytes: 32))
  }
}

/// A service, put together: what it answers, what it needs, what it runs.
public struct Assembly {
  /// Under `/v1`, for other services only.
  public var internalRoutes: [RouteCollection<AppContext>]
  /// At the root, for everybody; the middleware below is theirs.
  public var publicRoutes: [RouteCollection<AppContext>]
  /// Around every route, outermost first.
  public var middleware: [any MiddlewareProtocol<Request, Response, AppContext>]
  public var checks: [ReadyCheck]
  /// In order of start; stopped in reverse, after the HTTP server.
  public var services: [any Service]
  public var database: Database?
  public var tokens: ServiceTokens?
  /// Where `/metrics` is, if not beside the other routes.
  public var operationsPort: Int?
  /// The start of the `type` URLs of problems.
  public var problemBase: @Sendable (Request) -> String = { _ in "" }

  /// A service behind the gateway.
  public init(
    tokens: ServiceTokens, routes: [RouteCollection<AppContext>], checks: [ReadyCheck] = [],
    services: [any Service] = [], database: Database? = nil
  ) {
    self.init(internalRoutes: routes, checks: checks, services: services, database: database, tokens: tokens)
  }

  /// The gateway.
  public init(
    publicRoutes: [RouteCollection<AppContext>],
    middleware: [any MiddlewareProtocol<Request, Response, AppContext>], checks: [ReadyCheck] = [],
    services: [any Service] = [], database: Database? = nil, operationsPort: Int? = nil
  ) {
    self.init(
      internalRoutes: [], checks: checks, services: services, database: database, tokens: nil)
    self.publicRoutes = publicRoutes
    self.middleware = middleware
    self.operationsPort = operationsPort
  }

  private init(
    internalRoutes: [RouteCollection<AppContext>], checks: [ReadyCheck], services: [any Service],
    database: Database?, tokens: ServiceTokens?
  ) {
    self.internalRoutes = internalRoutes
    self.publicRoutes = []
    self.middleware = []
    self.checks = checks
    self.services = services
    self.database = database
    self.tokens = tokens
  }

  /// All checks, those of the database first.
  var allChecks: [ReadyCheck] { (database?.checks ?? []) + checks }

  /// The router with everything around the routes; tests run it by `app.test(.router)`.
  public func router(
    identity: ServiceIdentity, health: Health, metrics: PrometheusRegistry? = nil
  ) -> Router<AppContext> {
    let table = RouteTable()
    let rendering = ProblemRendering(table: table, base: problemBase)
    let router = Router(context: AppContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: RequestScope(rendering: rendering))
    if metrics != nil || operationsPort != nil { router.add(middleware: MetricsMiddleware()) }
    router.add(middleware: rendering)
    for layer in middleware {
      router.add(middleware: layer)
      // So that every layer sees an answer, also where the one inside it throws.
      router.add(middleware: rendering)
    }
    let shown = operationsPort == nil ? metrics : nil
    router.addRoutes(HealthRoutes(identity: identity, health: health, metrics: shown).routes)
    for collection in publicRoutes { router.addRoutes(collection) }
    if let tokens {
      let group = router.group("v1").add(
        middleware: RequireServiceToken(tokens: tokens, audience: identity.name))
      for collection in internalRoutes { group.addRoutes(collection) }
    }
    table.fill(from: router)
    return router
  }
}
