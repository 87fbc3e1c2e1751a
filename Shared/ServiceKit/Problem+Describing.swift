internal import HTTPClient
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Postgres

extension Problem {
  /// The one place where errors become answers; what nobody foresaw is logged and shown as 500 without detail.
  init(describing error: any Error, logger: Logger) {
    switch error {
    case let problem as Problem: self = problem
    case let error as JSONSyntaxError:
      self = .badRequest("The body is not JSON: \(error.description).", code: "malformed_json")
    case let error as HTTPError: self.init(hummingbird: error)
    case is DecodingError: self = .undecodable(error)
    case is CancellationError:
      self = .unavailable("The service is stopping.", code: "stopping")
    case let error as PostgresError where error.isTransient || error.code == .commitUnknown:
      logger.warning("Postgres", metadata: ["error": "\(error)"])
      self = .unavailable("The service's database cannot be reached just now.", code: "database_unavailable")
    case let error as TransferError where error.isTransient:
      logger.warning("transfer", metadata: ["error": "\(error)"])
      self = .unavailable("A service that this needs cannot be reached just now.")
    default:
      logger.error("unforeseen error", metadata: ["error": "\(error)"])
      self = .internal()
    }
  }

  private init(hummingbird error: HTTPError) {
    switch error.status.code {
    case 404: self = .notFound("such resource")
    case 413: self = BodyLimit.problem(BodyLimit.standardBytes)
    default:
      self.init(
        error.status.code, code: "http_\(error.status.code)", detail: error.body ?? error.status.reasonPhrase,
        headers: error.headers)
    }
  }
}
