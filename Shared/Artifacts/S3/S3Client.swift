internal import FoundationEssentials
internal import Glibc
internal import HTTPClient
internal import HTTPTypes
internal import ServiceKit

/// Speaks S3's REST interface for one bucket: signs, sends, and repeats with the same bytes what may pass.
///
/// Everything asked here may be repeated: what is written is written once, by its precondition.
struct S3Client: Sendable {
  /// What is sent after the header fields, with its hash.
  enum Body: Sendable {
    case none
    case bytes(Data)
    case part(path: String, offset: Int, count: Int, sha256: String)
  }

  struct Call: Sendable {
    var method: HTTPRequest.Method
    /// The whole name in the bucket; nil asks the bucket itself.
    var name: String?
    var query: SigV4.Pairs = []
    /// Lower-case names, those of S3 in the spelling of AWS.
    var headers: SigV4.Pairs = []
    var body = Body.none
    /// Statuses besides 2xx that are answers and no faults.
    var accepted: Set<Int> = []
    /// Whether a 200 may hold an error, as that of CompleteMultipartUpload.
    var mayFailLate = false
    var attempts = S3Client.maximumAttempts
    var timeout: Duration = .seconds(60)
  }

  struct Answer {
    fileprivate let response: IncomingResponse
    /// Whether an earlier attempt, whose answer did not come, may have had its effect.
    let mayHaveHappened: Bool

    var status: Int { response.status }
    var isSuccess: Bool { response.isSuccess }
    var body: Data { response.body }

    func field(_ name: String) -> String? { HTTPField.Name(name).flatMap { response.headers[$0] } }
  }

  static let maximumAttempts = 5
  private static let retried: Set<Int> = [408, 429, 500, 502, 503, 504]

  let configuration: S3Configuration
  let http: HTTPClient
  var now: @Sendable () -> Date = { Date() }
  var pause: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

  /// The answer, or the fault in a sentence; `place` is where in a file the body of a success goes.
  func send(
    _ call: Call, into place: (path: String, offset: Int)? = nil, limit: Int = 10_000_000
  ) async throws(ArtifactError) -> Answer {
    var mayHaveHappened = false
    var attempt = 0
    while true {
      attempt += 1
      switch await outcome(of: call, place, limit) {
      case .answer(let response): return Answer(response: response, mayHaveHappened: mayHaveHappened)
      case .fault(let fault): throw fault
      case .passing(let fault, let advice, let mayHave):
        mayHaveHappened = mayHaveHappened || mayHave
        guard attempt < call.attempts else { throw fault }
        try await wait(advice ?? Self.delay(attempt))
      }
    }
  }

  /// What came of one attempt.
  private enum Outcome {
    case answer(IncomingResponse)
    case fault(ArtifactError)
    /// Worth another attempt, after `advice` if the store gave it.
    case passing(ArtifactError, advice: Duration?, mayHaveHappened: Bool)
  }

  private func outcome(
    of call: Call, _ place: (path: String, offset: Int)?, _ limit: Int
  ) async -> Outcome {
    let response: IncomingResponse
    do throws(TransferError) {
      response = try await exchange(call, place, limit)
    } catch {
      let fault = ArtifactError.transfer(error, configuration)
      guard fault.code == .unreachable else { return .fault(fault) }
      return .passing(fault, advice: nil, mayHaveHappened: error.reachedPeer)
    }
    let status = Self.status(of: response, call)
    if (200..<300).contains(status) || call.accepted.contains(status) { return .answer(response) }
    let fault = S3Fault(response, status: status)
    let error = ArtifactError.store(fault, configuration, clockAhead: clockAhead(response))
    guard Self.retried.contains(status) || fault.code == "RequestTimeout" else { return .fault(error) }
    let advice = response.headers[.retryAfter].flatMap { Int($0) }.map {
      Duration.seconds(min(max($0, 0), 20))
    }
    return .passing(error, advice: advice, mayHaveHappened: status >= 500)
  }

  /// What an accepted answer says is wrong.
  func fault(_ answer: Answer) -> ArtifactError {
    .store(
      S3Fault(answer.response, status: answer.status), configuration, clockAhead: clockAhead(answer.response))
  }

  /// A link that only needs to be opened, valid for `seconds` from now.
  func link(_ name: String, query: SigV4.Pairs, seconds: Int) -> String {
    let endpoint = configuration.publicEndpoint
    let path = configuration.path(name)
    let request = SigV4.Request(
      method: "GET", path: path, query: query, headers: [("host", configuration.host(endpoint))])
    let signed = configuration.signer.presignedQuery(for: request, at: now(), seconds: seconds)
    return "\(endpoint.scheme)://\(configuration.host(endpoint))\(path)?\(signed)"
  }

  /// Doubles from 200 ms to 10 s, and takes between half and all of it.
  static func delay(_ attempt: Int) -> Duration {
    .milliseconds(Int(Double(min(200 << (attempt - 1), 10_000)) * Double.random(in: 0.5...1)))
  }

  func wait(_ time: Duration) async throws(ArtifactError) {
    do { try await pause(time) } catch { throw .cancelled }
  }

  private static func status(of response: IncomingResponse, _ call: Call) -> Int {
    let hasFailedLate =
      call.mayFailLate && response.status == 200 && !XMLText(response.body).all("Error").isEmpty
    return hasFailedLate ? 500 : response.status
  }

  private func exchange(
    _ call: Call, _ place: (path: String, offset: Int)?, _ limit: Int
  ) async throws(TransferError) -> IncomingResponse {
    var request = OutgoingRequest(method: call.method, url: url(call), headers: signedHeaders(call))
    request.timeout = call.timeout
    request.maximumResponseBytes = limit
    switch call.body {
    case .none: if call.method == .put || call.method == .post { request.body = .bytes(Data()) }
    case .bytes(let data): request.body = .bytes(data)
    case .part(let path, let offset, let count, _):
      request.body = .part(path: path, offset: offset, count: count)
      request.stallTimeout = .seconds(60)
    }
    guard let place else { return try await http.send(request) }
    return try await http.download(request, into: place.path, at: place.offset)
  }

  private func url(_ call: Call) -> String {
    let endpoint = configuration.endpoint
    let query = call.query.isEmpty ? "" : "?\(SigV4.encoded(query: call.query))"
    return "\(endpoint.scheme)://\(configuration.host(endpoint))\(configuration.path(call.name))\(query)"
  }

  private func signedHeaders(_ call: Call) -> HTTPFields {
    let (date, signer) = (now(), configuration.signer)
    let prefix = signer.dialect.prefix
    let payload = call.body.sha256
    var headers = call.headers.compactMap { inDialect($0, signer.dialect) }
    headers += [("\(prefix)date", SigV4.stamp(date)), ("\(prefix)content-sha256", payload)]
    if let token = signer.credentials.sessionToken {
      headers.append(("\(prefix)security-token", token.reveal()))
    }
    let signed = SigV4.Request(
      method: call.method.rawValue, path: configuration.path(call.name), query: call.query,
      headers: headers + [("host", configuration.host(configuration.endpoint))], payload: payload)
    headers.append(("authorization", signer.authorization(for: signed, at: date)))
    var fields = HTTPFields()
    for (name, value) in headers {
      if let name = HTTPField.Name(name) { fields.append(HTTPField(name: name, value: value)) }
    }
    return fields
  }

  /// Google takes no field of AWS beside its own, and knows "not there" as generation 0.
  /// https://cloud.google.com/storage/docs/request-preconditions
  private func inDialect(
    _ field: (name: String, value: String), _ dialect: SigV4.Dialect
  ) -> (name: String, value: String)? {
    guard dialect == .google else { return field }
    if field.name == "if-none-match" { return ("x-goog-if-generation-match", "0") }
    if field.name.hasPrefix("x-amz-checksum-") || field.name.hasPrefix("x-amz-sdk-") { return nil }
    guard field.name.hasPrefix("x-amz-") else { return field }
    return (dialect.prefix + field.name.dropFirst("x-amz-".count), field.value)
  }

  /// By how much this clock is ahead of the store's, to the second.
  private func clockAhead(_ response: IncomingResponse) -> TimeInterval? {
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    // RFC 9110 §5.6.7: Sun, 06 Nov 1994 08:49:37 GMT.
    let parts = (response.headers[.date] ?? "").split(separator: " ")
    guard parts.count == 6, let month = months.firstIndex(of: String(parts[2])) else { return nil }
    let text = "\(parts[3])-\(month < 9 ? "0" : "")\(month + 1)-\(parts[1])T\(parts[4])Z"
    do {
      return now().timeIntervalSince(try Date(text, strategy: .iso8601))
    } catch {
      return nil
    }
  }
}

extension S3Client.Body {
  /// In bytes.
  var count: Int {
    switch self {
    case .none: 0
    case .bytes(let data): data.count
    case .part(_, _, let count, _): count
    }
  }

  var sha256: String {
    switch self {
    case .none: SigV4.emptyHash
    case .bytes(let data): hex(SigV4.hash(data))
    case .part(_, _, _, let sha256): sha256
    }
  }
}
