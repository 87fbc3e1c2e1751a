import FoundationEssentials

/// An answer as it is kept and sent: status, headers worth repeating, body.
struct Answer: Sendable, Equatable {
  var status: Int
  var headers: [String: String]
  var body: Data

  init(status: Int, headers: [String: String] = [:], body: Data = Data()) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// One POST under a key of its sender.
struct KeyedRequest: Sendable, Equatable {
  let userId: String
  let key: String
  let fingerprint: String
}

/// What is to be done with a keyed request.
enum KeyedDecision: Sendable, Equatable {
  /// Go on, with this id, whatever was tried before.
  case proceed(UUID)
  /// It was answered already.
  case replay(Answer)
  /// Somebody is at it right now.
  case inFlight
  /// The key was used for something else.
  case otherRequest
}

/// Remembers which keyed requests were made and what they were answered.
protocol IdempotencyStore: Sendable {
  /// Commits the request and its id before anything happens.
  func begin(_ request: KeyedRequest, minting id: UUID) async throws -> KeyedDecision
  /// Keeps the answer for 24 h.
  func finish(_ request: KeyedRequest, with answer: Answer) async throws
  /// Lets the next repetition try again at once, with the same id.
  func release(_ request: KeyedRequest) async throws
  /// Forgets what has expired and answers how much that was.
  func purge() async throws -> Int
}
