public import Contracts
public import FoundationEssentials
public import Hummingbird
internal import NIOCore

/// Who calls: another service, on behalf of a user or not, or a user through the gateway.
public struct Caller: Sendable, Equatable {
  public let service: ServiceName?
  public let userId: String?
  /// What a user's credential allows; empty for services, which are trusted.
  public let scopes: Set<String>

  public init(service: ServiceName?, userId: String?, scopes: Set<String> = []) {
    self.service = service
    self.userId = userId
    self.scopes = scopes
  }
}

/// What a request carries on its way through the middleware and into a route.
public struct AppContext: RequestContext {
  public var coreContext: CoreRequestContextStorage
  /// Also in the answer's `X-Request-Id` and in every log line.
  public var requestId: String
  public var trace: Trace
  /// Nil until a middleware has seen a credential.
  public var caller: Caller?
  /// The peer's address, where there is one.
  public let remoteAddress: String?

  public init(source: ApplicationRequestContextSource) {
    coreContext = .init(source: source)
    requestId = UUID().uuidString.lowercased()
    trace = Trace()
    remoteAddress = source.channel.remoteAddress?.ipAddress
  }

  public var requestDecoder: JSONDecoder { JSON.decoder() }
  public var responseEncoder: JSONEncoder { JSON.encoder() }
  /// Messages between services; what comes from outside is held to `BodyLimit`.
  public var maxUploadSize: Int { 8 << 20 }

  /// The user that the credential names; 401 without one.
  public func user() throws(Problem) -> String {
    guard let userId = caller?.userId else { throw .unauthorized("This needs a user.") }
    return userId
  }

  /// A path parameter as an id; 404 where it is none, for no entity has such an id.
  public func id<Entity>(_ name: String, of entity: String) throws(Problem) -> Identifier<Entity> {
    guard let text = coreContext.parameters.get(name), let id = Identifier<Entity>(text) else {
      throw .notFound("\(entity) with this id")
    }
    return id
  }
}
