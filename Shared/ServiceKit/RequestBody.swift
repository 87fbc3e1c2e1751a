internal import Contracts
public import FoundationEssentials
internal import HTTPTypes
public import Hummingbird
internal import NIOCore

extension Request {
  /// The body as JSON from outside: 415 for another content type, 413 above `limit` bytes, 400 with the
  /// place where it is malformed.
  public func json(limit: Int = BodyLimit.standardBytes) async throws(Problem) -> JSONValue {
    try requireJSON()
    let data = try await bytes(limit: limit)
    do {
      return try JSONValue(parsing: data)
    } catch {
      throw .badRequest(
        "The body is not JSON: \(error.description).", code: "malformed_json",
        errors: [Fault("", error.description)])
    }
  }

  /// A message of another service, read tolerantly.
  public func message<Message: Decodable>(
    _ type: Message.Type, limit: Int = 8 << 20
  ) async throws(Problem) -> Message {
    try requireJSON()
    let data = try await bytes(limit: limit)
    do {
      return try JSON.decode(type, from: data)
    } catch {
      throw Problem.undecodable(error)
    }
  }

  /// The whole body; 413 above `limit` bytes.
  public func bytes(limit: Int) async throws(Problem) -> Data {
    if let declared = headers[.contentLength].flatMap({ Int($0) }), declared > limit {
      throw BodyLimit.problem(limit)
    }
    do {
      return Data(try await body.collect(upTo: limit).readableBytesView)
    } catch is NIOTooManyBytesError {
      throw BodyLimit.problem(limit)
    } catch {
      throw .badRequest("The body could not be read to its end.", code: "incomplete_body")
    }
  }

  private func requireJSON() throws(Problem) {
    let type = headers[.contentType]?.split(separator: ";").first.map { $0.lowercased() }
    let essence = type?.filter { $0 != " " }
    guard essence == "application/json" else {
      throw Problem(
        415, code: "unsupported_media_type",
        detail:
          "The body must be application/json, not \(essence.map { String($0.prefix(100)) } ?? "untyped").")
    }
    if let encoding = headers[.contentEncoding], encoding.lowercased() != "identity" {
      throw Problem(
        415, code: "unsupported_encoding", detail: "A compressed body is not read; send it as it is.")
    }
  }
}

/// How large a body may be outside uploads.
public enum BodyLimit {
  public static let standardBytes = 256 * 1024

  static func problem(_ limit: Int) -> Problem {
    Problem(
      413, code: "body_too_large", title: "Content Too Large",
      detail: "The body is larger than \(limit / 1024) kB.", headers: [.connection: "close"])
  }
}

extension Problem {
  /// 400 that names where a message does not fit its type.
  static func undecodable(_ error: any Error) -> Problem {
    guard let error = error as? DecodingError else {
      return .badRequest("The body is not JSON.", code: "malformed_json")
    }
    let context: DecodingError.Context
    var path: [any CodingKey] = []
    switch error {
    case .keyNotFound(let key, let found):
      context = found
      path = found.codingPath + [key]
    case .typeMismatch(_, let found), .valueNotFound(_, let found), .dataCorrupted(let found):
      context = found
      path = found.codingPath
    @unknown default: return .badRequest("The body is not what is expected here.")
    }
    let pointer = path.map { "/" + ($0.intValue.map(String.init) ?? $0.stringValue) }.joined()
    return .badRequest(
      "The body is not what is expected here: \(context.debugDescription)", code: "malformed_message",
      errors: [Fault(pointer, context.debugDescription)])
  }
}
