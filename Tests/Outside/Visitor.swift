import FoundationEssentials
package import HTTPClient
package import HTTPTypes

/// Whoever stands before a gateway: a person, a program, a test.
package protocol Visitor: Sendable {
  var client: HTTPClient { get }
  /// Where the gateway is, `http://127.0.0.1:8080`.
  var base: String { get }
  /// The API key; nil where none is asked for.
  var key: String? { get }
}

extension Visitor {
  package func send(
    _ method: HTTPTypes.HTTPRequest.Method, _ path: String, _ body: String? = nil, headers: HTTPFields = [:]
  ) async throws -> IncomingResponse {
    var request = OutgoingRequest(method: method, url: base + path, headers: headers)
    if let key { request.headers[.authorization] = "Bearer \(key)" }
    if let body {
      request.body = .bytes(Data(body.utf8))
      if request.headers[.contentType] == nil { request.headers[.contentType] = "application/json" }
    }
    return try await client.send(request)
  }

  package func create(_ body: String) async throws -> Film {
    let response = try await send(.post, "/api/videos", body)
    guard response.status == 202 else { throw Unexpected("\(response.status): \(response.text)") }
    return try response.decoded(Film.self)
  }

  package func film(_ id: String) async throws -> Film {
    try await send(.get, "/api/videos/\(id)").decoded(Film.self)
  }

  /// The video as soon as it satisfies `condition`: looked at once, and after each of its events.
  package func film(_ id: String, within limit: Duration = .seconds(120), until condition: (Film) -> Bool)
    async throws -> Film
  {
    var last: Film?
    var seen = 0
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
      do {
        let response = try await send(.get, "/api/videos/\(id)")
        // What stands behind the gateway is among what tests kill, too.
        if response.status < 500 {
          let film = try response.decoded(Film.self)
          if condition(film) { return film }
          last = film
        }
      } catch is TransferError {
        // The gateway is among what tests kill; the events wait until it answers again.
      }
      seen = try await EventReader.next(self, video: id, after: seen).last ?? seen
    }
    throw Unexpected("after \(limit) the video is still \(String(describing: last))")
  }

  /// Downloads a signed link to a file.
  package func download(_ url: String?) async throws -> String {
    guard let url else { throw Unexpected("there is no link") }
    let path = try Command.temporaryDirectory() + "/film.mp4"
    let response = try await client.download(OutgoingRequest(method: .get, url: url), to: path)
    guard response.status == 200 else { throw Unexpected("\(url) answered \(response.status)") }
    return path
  }
}
