public import Contracts
public import FoundationEssentials
public import HTTPTypes

/// One HTTP exchange with another service, before it is sent.
public struct ServiceCall: Sendable {
  public var method: HTTPRequest.Method
  public var url: String
  public var headers: HTTPFields
  public var body: Data?
  /// How long the whole exchange may take.
  public var deadline: Duration

  public init(
    method: HTTPRequest.Method, url: String, headers: HTTPFields = [:], body: Data? = nil,
    deadline: Duration = .seconds(10)
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.deadline = deadline
  }
}

/// What the other service answered, whatever its status.
public struct ServiceAnswer: Sendable, Equatable {
  public var status: Int
  public var headers: HTTPFields
  public var body: Data

  public init(status: Int, headers: HTTPFields = [:], body: Data = Data()) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// Carries calls to other services: libcurl in a service, a stub in a test.
public protocol ServiceTransport: Sendable {
  func send(_ call: ServiceCall) async throws -> ServiceAnswer
}

/// Calls one other service: signed, traced, with a deadline, and repeated once.
public struct ServiceClient: Sendable {
  public let target: ServiceName
  private let transport: any ServiceTransport
  private let addresses: [String]
  private let tokens: ServiceTokens
  private let source: ServiceName

  /// `baseURL` may list several, separated by commas: the replicas of a service that has no balancer.
  public init(
    transport: any ServiceTransport, baseURL: String, tokens: ServiceTokens, from source: ServiceName,
    to target: ServiceName
  ) {
    self.transport = transport
    self.addresses = baseURL.split(separator: ",").map(String.init)
    self.tokens = tokens
    self.source = source
    self.target = target
  }

  /// Sends a message and reads the answer; a status of 400 and above is thrown as the `Problem` it carries,
  /// a service that cannot be reached as 503 `{service}_unavailable`.
  public func call<Answer: Decodable>(
    _ method: HTTPRequest.Method, _ path: String, user: String? = nil, body: (any Encodable)? = nil,
    as type: Answer.Type = Answer.self, deadline: Duration = .seconds(10)
  ) async throws -> Answer {
    let answer = try await send(method, path, user: user, body: body, deadline: deadline)
    do {
      return try JSON.decode(type, from: answer.body)
    } catch {
      throw Problem(
        502, code: "\(target.rawValue)_misunderstood",
        detail: "The answer of \(target.rawValue) could not be read.", retryable: true)
    }
  }

  /// Like `call`, for answers whose body or headers the caller reads itself.
  @discardableResult
  public func send(
    _ method: HTTPRequest.Method, _ path: String, user: String? = nil, body: (any Encodable)? = nil,
    headers extra: HTTPFields = [:], deadline: Duration = .seconds(10)
  ) async throws -> ServiceAnswer {
    var headers = extra
    headers[.authorization] = "Bearer \(try tokens.mint(from: source, to: target, user: user))"
    headers[.accept] = "application/json"
    headers[.traceparent] = CurrentRequest.trace?.traceparent ?? Trace().traceparent
    if let id = CurrentRequest.requestId { headers[.requestId] = id }
    var data: Data?
    if let body {
      headers[.contentType] = "application/json"
      data = try JSON.encode(body)
    }
    let answer = try await exchange(
      ServiceCall(method: method, url: path, headers: headers, body: data, deadline: deadline))
    if answer.status == 401 {
      throw Problem(
        502, code: "\(target.rawValue)_refused",
        detail:
          "\(target.rawValue) refused this service's credential: give all the same LONGTAKE_INTERNAL_SECRET.")
    }
    if answer.status >= 400 { throw problem(from: answer) }
    return answer
  }

  /// Asks the replicas in turn until one answers; a call between services may always be sent twice.
  ///
  /// A single address is asked twice: its name may stand for several replicas, of which one has just gone.
  private func exchange(_ call: ServiceCall) async throws -> ServiceAnswer {
    for address in addresses.count == 1 ? addresses + addresses : addresses {
      var call = call
      call.url = address + call.url
      do { return try await transport.send(call) } catch { if Task.isCancelled { throw CancellationError() } }
    }
    throw Problem.unavailable(
      "\(target.rawValue) cannot be reached just now.", code: "\(target.rawValue)_unavailable")
  }

  private func problem(from answer: ServiceAnswer) -> Problem {
    guard var problem = try? JSON.decode(Problem.self, from: answer.body) else {
      return .unavailable(
        "\(target.rawValue) answered \(answer.status).", code: "\(target.rawValue)_unavailable")
    }
    for name in [HTTPField.Name.retryAfter, .allow] { problem.headers[name] = answer.headers[name] }
    problem.instance = nil
    problem.traceId = nil
    return problem
  }
}

extension HTTPField.Name {
  public static let requestId = Self.known("X-Request-Id")

  /// A name that is a token of RFC 9110 by its spelling.
  private static func known(_ name: String) -> HTTPField.Name {
    guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
    return field
  }
}
