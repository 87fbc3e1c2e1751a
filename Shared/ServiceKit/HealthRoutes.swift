internal import Contracts
internal import HTTPTypes
public import Hummingbird
internal import NIOCore

/// `/healthz`, `/readyz`, `/version` and, where a registry is given, `/metrics`.
public struct HealthRoutes: Sendable {
  let identity: ServiceIdentity
  let health: Health
  let metrics: PrometheusRegistry?

  public init(identity: ServiceIdentity, health: Health, metrics: PrometheusRegistry?) {
    self.identity = identity
    self.health = health
    self.metrics = metrics
  }

  public var routes: RouteCollection<AppContext> {
    let routes = RouteCollection(context: AppContext.self)
      .get("healthz", use: alive).get("readyz", use: ready).get("version", use: version)
    return metrics == nil ? routes : routes.get("metrics", use: scrape)
  }

  @Sendable private func alive(_: Request, _: AppContext) throws -> Response {
    try .json(["status": "ok"], headers: [.cacheControl: "no-store"])
  }

  @Sendable private func ready(_: Request, _: AppContext) async throws -> Response {
    let report = await health.report()
    return try .json(
      report, status: report.ready ? .ok : .serviceUnavailable, headers: [.cacheControl: "no-store"])
  }

  @Sendable private func version(_: Request, _: AppContext) throws -> Response {
    var answer = ["service": identity.name.rawValue, "version": identity.version]
    answer["commit"] = identity.commit
    return try .json(answer)
  }

  @Sendable private func scrape(_: Request, _: AppContext) -> Response {
    let text = metrics?.render() ?? ""
    return Response(
      status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
