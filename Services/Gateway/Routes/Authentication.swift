import HTTPTypes
import Hummingbird
import ServiceKit

/// How strictly a credential is asked for.
enum AuthMode: String, CaseIterable, Sendable {
  /// No credential means user `local`, who may read and write; only while listening on loopback.
  case dev
  case required
}

/// Puts the user into the context: everything after it knows whose request it is.
struct Authentication: RouterMiddleware {
  typealias Context = AppContext

  let mode: AuthMode
  /// Origins that may call from a browser besides loopback.
  let origins: Set<String>
  let keys: KeyRing
  /// Credentials that were none, by the peer's address.
  let failures = RateBuckets(perMinute: 30)

  /// Open to everybody: operators' probes, links that carry their own signature, and what errors mean.
  private static let open = ["/healthz", "/readyz", "/version"]
  private static let openBelow = ["/media/", "/docs/"]

  func handle(
    _ request: Request, context: AppContext, next: @concurrent (Request, AppContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    context.caller = try await caller(of: request, from: context.remoteAddress ?? "unknown")
    return try await next(request, context)
  }

  /// Nil for what is open; throws 401, or 403 where a scope is missing, for everything that may not pass.
  func caller(of request: Request, from address: String = "unknown") async throws -> Caller? {
    let path = request.uri.path
    if Self.open.contains(path) { return nil }
    if mode == .dev { try checkLoopback(request) }
    if Self.openBelow.contains(where: path.hasPrefix) { return nil }
    guard let credential = request.headers[.authorization] else {
      guard mode == .dev else { throw Problem.unauthorized("A credential is missing. \(KeyRing.accepted)") }
      return Caller(service: nil, userId: "local", scopes: Set(Scope.names(Scope.standard)))
    }
    guard let token = Self.token(credential) else {
      throw Problem.unauthorized("The credential is no Bearer token. \(KeyRing.accepted)")
    }
    let key = try await key(token, from: address)
    let needed: Scope = [.get, .head].contains(request.method) ? .read : .write
    guard key.scopes.contains(needed) else { throw Problem.missing(needed) }
    return Caller(service: nil, userId: key.userId, scopes: Set(Scope.names(key.scopes)))
  }

  /// What follows `Bearer` (RFC 6750 §2.1), in whatever case and after however many spaces.
  static func token(_ credential: String) -> String? {
    let parts = credential.split(separator: " ")
    return parts.count == 2 && parts[0].lowercased() == "bearer" ? String(parts[1]) : nil
  }

  /// Looks a key up; an address that guesses is refused before that, unless the key was found right earlier.
  private func key(_ text: String, from address: String) async throws -> APIKey {
    if !keys.recognises(text), let seconds = failures.secondsUntilNext(address) {
      throw Problem.tooManyRequests(
        "Too many unknown credentials came from this address: wait, then send one that holds.",
        retryAfter: seconds)
    }
    do {
      return try await keys.key(text)
    } catch let problem as Problem where problem.statusCode == 401 {
      _ = failures.take(address)
      throw problem
    }
  }

  /// False once the credential of a request is refused; a store of keys that is away refuses nobody.
  func stillHolds(for head: HTTPRequest) async -> Bool {
    guard let token = head.headerFields[.authorization].flatMap(Self.token) else { return true }
    do {
      return try await keys.key(token).scopes.contains(.read)
    } catch let problem as Problem {
      return problem.statusCode != 401
    } catch {
      return true
    }
  }

  /// Against rebinding: a page of another site must not reach a service that trusts the machine it is on.
  private func checkLoopback(_ request: Request) throws(Problem) {
    let host = request.head.authority ?? ""
    guard host.isEmpty || Loopback.isName(host) else {
      throw .forbidden(
        "In development the Host must be a loopback name, not \(host.prefix(100)).", code: "foreign_host")
    }
    guard let origin = request.headers[.origin] else { return }
    let authority = origin.split(separator: "/", omittingEmptySubsequences: true).last.map(String.init) ?? ""
    guard origins.contains(origin) || origin.hasPrefix("http") && Loopback.isName(authority) else {
      throw .forbidden(
        "In development the Origin must be a loopback name or in LONGTAKE_CORS_ORIGINS.",
        code: "foreign_origin")
    }
  }
}

extension AppContext {
  /// What the caller's credential allows.
  var scopes: Set<Scope> { Set((caller?.scopes ?? []).compactMap(Scope.init)) }

  /// Throws 403 for a caller without the scope.
  func require(_ scope: Scope) throws(Problem) {
    guard scopes.contains(scope) else { throw .missing(scope) }
  }
}

extension Problem {
  fileprivate static func missing(_ scope: Scope) -> Problem {
    .forbidden(
      "This needs the scope \(scope.rawValue), which the credential does not have.", code: "missing_scope")
  }
}

/// The names of this machine for itself.
enum Loopback {
  /// With or without a port: `localhost`, a name below it, `127.…` or `[::1]`.
  static func isName(_ authority: String) -> Bool {
    let host = withoutPort(authority.lowercased())
    if host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
  }

  private static func withoutPort(_ authority: String) -> String {
    if authority.hasPrefix("[") {
      return authority.firstIndex(of: "]").map { String(authority[...$0]) } ?? authority
    }
    let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count == 2 && !parts[1].isEmpty && parts[1].allSatisfy(\.isNumber)
      ? String(parts[0]) : authority
  }
}
