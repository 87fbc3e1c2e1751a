import Contracts
import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit

/// Answers a POST once per `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07).
struct Idempotency: Sendable {
  let store: any IdempotencyStore
  let address: Address

  /// Makes the answer with an id of its own, or repeats the one that was given before.
  ///
  /// With a key the id is committed before `make` runs: a repetition after a crash makes the same thing.
  func answer(
    _ request: Request, _ context: AppContext, body: JSONValue, make: (UUID) async throws -> Answer
  ) async throws -> Response {
    guard let header = request.headers[.idempotencyKey] else { return try await make(UUID()).response }
    let keyed = KeyedRequest(
      userId: try context.user(), key: try Self.key(header),
      fingerprint: Self.fingerprint(request, try context.user(), body))
    switch try await store.begin(keyed, minting: UUID()) {
    case .otherRequest:
      throw Problem(
        422, code: "idempotency_key_reused", detail: "This Idempotency-Key was used for another request.")
    case .inFlight:
      var problem = Problem.conflict(
        "The first request with this Idempotency-Key is still being answered.", code: "idempotency_in_flight",
        retryable: true)
      problem.headers[.retryAfter] = "1"
      throw problem
    case .replay(let answer):
      var response = answer.response
      response.headers[.idempotencyReplayed] = "true"
      return response
    case .proceed(let id): return try await proceed(keyed, id, request, context, make)
    }
  }

  private func proceed(
    _ keyed: KeyedRequest, _ id: UUID, _ request: Request, _ context: AppContext,
    _ make: (UUID) async throws -> Answer
  ) async throws -> Response {
    do {
      let answer = try await make(id)
      await keep(keyed, answer, context)
      return answer.response
    } catch let problem as Problem where Self.isLasting(problem) {
      await keep(keyed, try refusal(problem, request, context), context)
      throw problem
    } catch {
      await release(keyed, context)
      throw error
    }
  }

  /// What was done is done, whether or not its answer can be kept.
  private func keep(_ keyed: KeyedRequest, _ answer: Answer, _ context: AppContext) async {
    do {
      try await store.finish(keyed, with: answer)
    } catch {
      context.logger.warning("an idempotent answer was not kept", metadata: ["error": "\(error)"])
    }
  }

  private func release(_ keyed: KeyedRequest, _ context: AppContext) async {
    do {
      try await store.release(keyed)
    } catch {
      context.logger.warning("an idempotency key was not released", metadata: ["error": "\(error)"])
    }
  }

  private func refusal(_ problem: Problem, _ request: Request, _ context: AppContext) throws -> Answer {
    var problem = problem
    problem.type = address.base(request) + problem.type
    problem.instance = request.uri.path
    problem.traceId = context.trace.traceId
    return Answer(
      status: problem.statusCode, headers: ["Content-Type": "application/problem+json"],
      body: try JSON.encode(problem))
  }

  /// Whether the same request would be refused again.
  private static func isLasting(_ problem: Problem) -> Bool {
    (400..<500).contains(problem.statusCode) && problem.statusCode != 429 && !problem.retryable
  }

  /// A structured string or the bare text, 1…255 visible ASCII characters.
  static func key(_ header: String) throws(Problem) -> String {
    var text = header.trimmed[...]
    if text.count >= 2, text.first == "\"", text.last == "\"" { text = text.dropFirst().dropLast() }
    guard (1...255).contains(text.utf8.count), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      throw .badRequest(
        "Idempotency-Key must be 1 to 255 visible ASCII characters.", code: "invalid_idempotency_key")
    }
    return String(text)
  }

  /// SHA-256 over method, path, user and canonical body, in hexadecimal.
  static func fingerprint(_ request: Request, _ user: String, _ body: JSONValue) -> String {
    let text = "\(request.method.rawValue)\n\(request.uri.path)\n\(user)\n\(body.canonical)"
    return SHA256.hash(data: Data(text.utf8)).hex
  }
}

extension Answer {
  /// An answer in JSON as the contracts write it.
  static func json(
    _ value: some Encodable, status: HTTPResponse.Status, headers: [String: String] = [:]
  ) throws -> Answer {
    var headers = headers
    headers["Content-Type"] = "application/json; charset=utf-8"
    return Answer(status: status.code, headers: headers, body: try JSON.encode(value))
  }

  var response: Response {
    var fields = HTTPFields()
    for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
      if let name = HTTPField.Name(name) { fields[name] = value }
    }
    return Response(
      status: HTTPResponse.Status(code: status), headers: fields,
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
  }
}
