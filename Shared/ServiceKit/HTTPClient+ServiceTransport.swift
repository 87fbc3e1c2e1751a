public import HTTPClient

extension HTTPClient: ServiceTransport {
  public func send(_ call: ServiceCall) async throws -> ServiceAnswer {
    var request = OutgoingRequest(
      method: call.method, url: call.url, headers: call.headers, body: call.body.map { .bytes($0) } ?? .none)
    request.timeout = call.deadline
    request.connectTimeout = min(call.deadline, .seconds(2))
    request.maximumResponseBytes = 32 << 20
    let response = try await send(request)
    return ServiceAnswer(status: response.status, headers: response.headers, body: response.body)
  }
}
