public import HTTPTypes

/// An answer that says what went wrong: RFC 9457, with a stable code and every fault named.
public struct Problem: Error, Sendable, Equatable {
  /// Ends up as `/docs/errors/{code}` on the gateway.
  public var type: String
  public var title: String
  public var statusCode: Int
  public var detail: String
  public var instance: String?
  /// Stable and machine-readable, `not_found`.
  public var code: String
  public var traceId: String?
  /// Whether the same request may succeed later.
  public var retryable: Bool
  public var errors: [Fault]
  /// Extra headers such as `Retry-After` or `Allow`; not part of the body.
  public var headers: HTTPFields

  public init(
    _ statusCode: Int, code: String, title: String? = nil, detail: String, retryable: Bool = false,
    errors: [Fault] = [], headers: HTTPFields = [:]
  ) {
    self.type = "/docs/errors/\(code)"
    self.title = title ?? Self.phrases[statusCode] ?? "Error \(statusCode)"
    self.statusCode = statusCode
    self.detail = detail
    self.code = code
    self.retryable = retryable
    self.errors = errors
    self.headers = headers
  }
}

extension Problem {
  /// RFC 9110 §15, for the statuses that Longtake answers with; HTTPTypes gives none for a number.
  private static let phrases: [Int: String] = [
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    409: "Conflict", 412: "Precondition Failed", 413: "Content Too Large", 415: "Unsupported Media Type",
    416: "Range Not Satisfiable", 422: "Unprocessable Content", 429: "Too Many Requests",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable",
  ]

  public static func notFound(_ what: String) -> Problem {
    Problem(404, code: "not_found", detail: "There is no \(what) here.")
  }

  /// 422 with every fault.
  public static func validation(_ faults: [Fault]) -> Problem {
    Problem(
      422, code: "invalid_request", title: "Invalid request",
      detail: faults.count == 1 ? faults[0].detail : "\(faults.count) things are wrong with the request.",
      errors: faults)
  }

  /// 400 with every fault, for what cannot be read at all.
  public static func badRequest(_ detail: String, code: String = "bad_request", errors: [Fault] = [])
    -> Problem
  {
    Problem(400, code: code, detail: detail, errors: errors)
  }

  public static func unauthorized(_ detail: String) -> Problem {
    Problem(401, code: "unauthorized", detail: detail, headers: [.wwwAuthenticate: "Bearer"])
  }

  public static func forbidden(_ detail: String, code: String = "forbidden") -> Problem {
    Problem(403, code: code, detail: detail)
  }

  public static func conflict(_ detail: String, code: String = "conflict", retryable: Bool = false) -> Problem
  {
    Problem(409, code: code, detail: detail, retryable: retryable)
  }

  public static func preconditionFailed(_ detail: String) -> Problem {
    Problem(412, code: "version_mismatch", detail: detail)
  }

  public static func tooManyRequests(_ detail: String, retryAfter seconds: Int) -> Problem {
    Problem(
      429, code: "rate_limited", detail: detail, retryable: true, headers: [.retryAfter: String(seconds)])
  }

  public static func unavailable(
    _ detail: String, code: String = "unavailable", retryAfter seconds: Int = 2
  ) -> Problem {
    Problem(503, code: code, detail: detail, retryable: true, headers: [.retryAfter: String(seconds)])
  }

  public static func `internal`(
    _ detail: String = "Something went wrong here; the log has the details under the trace id."
  ) -> Problem {
    Problem(500, code: "internal", detail: detail)
  }
}

extension Problem: Codable {
  private enum CodingKeys: String, CodingKey {
    case type, title, detail, instance, code, traceId, retryable, errors
    case statusCode = "status"
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    statusCode = try container.decode(Int.self, forKey: .statusCode)
    let code = try container.decodeIfPresent(String.self, forKey: .code) ?? "unknown"
    self.code = code
    type = try container.decodeIfPresent(String.self, forKey: .type) ?? "/docs/errors/\(code)"
    title = try container.decodeIfPresent(String.self, forKey: .title) ?? ""
    detail = try container.decodeIfPresent(String.self, forKey: .detail) ?? ""
    instance = try container.decodeIfPresent(String.self, forKey: .instance)
    traceId = try container.decodeIfPresent(String.self, forKey: .traceId)
    retryable = try container.decodeIfPresent(Bool.self, forKey: .retryable) ?? false
    errors = try container.decodeIfPresent([Fault].self, forKey: .errors) ?? []
    headers = [:]
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(type, forKey: .type)
    try container.encode(title, forKey: .title)
    try container.encode(statusCode, forKey: .statusCode)
    try container.encode(detail, forKey: .detail)
    try container.encodeIfPresent(instance, forKey: .instance)
    try container.encode(code, forKey: .code)
    try container.encodeIfPresent(traceId, forKey: .traceId)
    try container.encode(retryable, forKey: .retryable)
    try container.encode(errors, forKey: .errors)
  }
}
