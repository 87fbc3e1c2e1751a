import FoundationEssentials
import HTTPClient
import HTTPTypes
import Harness

/// A stack of real processes in a directory of its own, as `compose/up` starts it.
struct Stack: Sendable {
  let directory: String
  let port: Int
  let client = HTTPClient()

  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path()

  /// Whether `compose/test integration` runs us: it has built the services that we start.
  static var isAsked: Bool { Command.environment("LONGTAKE_STACK_TESTS") == "1" }

  /// Starts a stack, gives it to `body`, and stops and wipes it whatever happens.
  static func run(
    scale: [String] = [], environment: [String: String] = [:], _ body: (Stack) async throws -> Void
  ) async throws {
    // Below the ports that the kernel gives to outgoing connections.
    let stack = Stack(directory: try Command.temporaryDirectory(), port: Int.random(in: 110...310) * 100)
    do {
      try await stack.up(scale: scale, environment: environment)
      try await body(stack)
    } catch {
      try await stack.down()
      throw error
    }
    try await stack.down()
  }

  func up(scale: [String] = [], environment: [String: String] = [:]) async throws {
    let scaling = scale.flatMap { ["--scale", $0] }
    try await Command.run(
      "\(Self.root)/compose/up", ["--state", directory, "--port", "\(port)"] + scaling,
      environment: environment)
  }

  func down() async throws {
    try await Command.run("\(Self.root)/compose/down", ["--state", directory, "--wipe"])
  }

  /// Ends a process of the stack at once, as a crash does.
  func kill(_ name: String) async throws {
    let pid = try String(contentsOfFile: "\(directory)/run/\(name).pid", encoding: .utf8)
    try await Command.run("/bin/kill", ["-9", String(pid.prefix { $0.isNumber })])
  }

  func sql(_ statement: String) async throws -> [String] {
    try await Command.run(
      "/usr/bin/psql",
      ["-h", "\(directory)/sockets", "-U", "postgres", "-d", "longtake", "-XAtc", statement]
    ).split(separator: "\n").map(String.init)
  }

  @discardableResult
  func redis(_ arguments: String...) async throws -> String {
    try await Command.run("/usr/bin/redis-cli", ["-s", "\(directory)/sockets/redis.sock"] + arguments)
  }

  func send(
    _ method: HTTPTypes.HTTPRequest.Method, _ path: String, _ body: String? = nil, headers: HTTPFields = [:]
  ) async throws -> IncomingResponse {
    var request = OutgoingRequest(method: method, url: "http://127.0.0.1:\(port)\(path)", headers: headers)
    if let body {
      request.body = .bytes(Data(body.utf8))
      if request.headers[.contentType] == nil { request.headers[.contentType] = "application/json" }
    }
    return try await client.send(request)
  }

  func create(_ body: String) async throws -> Film {
    let response = try await send(.post, "/api/videos", body)
    guard response.status == 202 else { throw Unexpected("\(response.status): \(response.text)") }
    return try response.decoded(Film.self)
  }

  func film(_ id: String) async throws -> Film {
    try await send(.get, "/api/videos/\(id)").decoded(Film.self)
  }

  /// The video as soon as it satisfies `condition`: looked at once, and after each of its events.
  func film(_ id: String, within limit: Duration = .seconds(120), until condition: (Film) -> Bool)
    async throws -> Film
  {
    var last: Film?
    var seen = 0
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
      do {
        let film = try await film(id)
        if condition(film) { return film }
        last = film
      } catch is TransferError {
        // The gateway is among what tests kill; the events wait until it answers again.
      }
      seen = try await EventReader.next(self, video: id, after: seen).last ?? seen
    }
    throw Unexpected("after \(limit) the video is still \(String(describing: last))")
  }

  /// Downloads a signed link to a file.
  func download(_ url: String?) async throws -> String {
    guard let url else { throw Unexpected("there is no link") }
    let path = try Command.temporaryDirectory() + "/film.mp4"
    let response = try await client.download(OutgoingRequest(method: .get, url: url), to: path)
    guard response.status == 200 else { throw Unexpected("\(url) answered \(response.status)") }
    return path
  }
}

/// What a test needs of the gateway's video.
struct Film: Decodable, Sendable {
  struct Chunk: Decodable, Sendable {
    let index: Int
    let status: String
    let progress: Int
    let take: Int
    let startsFrom: String?
    let url: String?
    let posterUrl: String?
    let seam: Seam?
  }
  struct Seam: Decodable, Sendable { let verdict: String }
  struct Links: Decodable, Sendable {
    let productReference: String?
    let poster: String?
    let filmstrip: String?
    let filmstripVtt: String?
    let waveform: String?
    let music: String?
    let final: String?
  }
  struct Delivery: Decodable, Sendable {
    struct Check: Decodable, Sendable {
      let name: String
      let verdict: String
    }
    let url: String?
    let verdict: String
    let bytes: Int
    let sha256: String
    let checks: [Check]
  }
  struct Phase: Decodable, Sendable {
    let name: String
    let status: String
    let attempts: Int
  }
  struct Failure: Decodable, Sendable { let code: String }

  let id: String
  let status: String
  let message: String
  let progress: Int
  let version: Int
  let generation: Int
  let durationSeconds: Double
  let phases: [Phase]
  let chunks: [Chunk]
  let urls: Links
  let actions: [String]
  let delivery: Delivery?
  let error: Failure?

  var isOver: Bool { ["completed", "failed", "cancelled"].contains(status) }
  var finishedChunks: Int { chunks.count { $0.status == "succeeded" } }
}

struct Problem: Decodable, Sendable {
  struct Fault: Decodable, Sendable {
    let pointer: String
    let detail: String
  }
  let status: Int
  let code: String
  let detail: String?
  let errors: [Fault]?
}

struct Unexpected: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

extension IncomingResponse {
  var text: String { String(decoding: body, as: UTF8.self) }

  func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
    do { return try JSONDecoder().decode(type, from: body) } catch {
      throw Unexpected("\(status): \(text): \(error)")
    }
  }
}
