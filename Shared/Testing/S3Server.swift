internal import FoundationEssentials
internal import Glibc
internal import HTTPClient
internal import HTTPTypes

/// An S3 server that verifies every signature, from `compose/s3`, and never outlives this process.
///
/// Needs the interpreter that `LONGTAKE_TEST_PYTHON` names, with moto and boto3; `compose/test` makes it.
public final class S3Server: Sendable {
  private static let lazy = Lazy { try await S3Server.start() }
  static let keyID = "AKIDOFTHETESTS"
  static let secret = "the/secret+of the tests"

  /// Whether there is an interpreter to run it with.
  public static var isAvailable: Bool { python != nil }

  static let python: String? = getenv("LONGTAKE_TEST_PYTHON").map { String(cString: $0) }
  static let scripts =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path() + "compose/s3"

  let port: Int
  let client = HTTPClient()
  private let process: ChildProcess

  /// The one that all tests of a process share, started by the first that asks.
  static func shared() async throws -> S3Server { try await lazy.value }

  private static func start() async throws -> S3Server {
    guard let python else {
      throw StartFailed(description: "LONGTAKE_TEST_PYTHON is not set: run compose/test")
    }
    let directory = try temporaryDirectory("s3")
    let file = "\(directory)/port"
    let process = try await ChildProcess.start(
      [
        python, "\(scripts)/server.py", "--port", "0", "--port-file", file, "--control", "--access-key",
        keyID,
        "--secret-key", secret,
      ],
      directory: directory, untilItPrints: "S3 listens on")
    guard let port = Int(try String(contentsOfFile: file, encoding: .utf8)) else {
      throw StartFailed(description: "the S3 server did not say its port")
    }
    return S3Server(port, process)
  }

  private init(_ port: Int, _ process: ChildProcess) { (self.port, self.process) = (port, process) }
}

/// A bucket of a test, empty at first.
public struct S3Bucket: Sendable {
  public let name: String
  private let server: S3Server

  fileprivate init(on server: S3Server) async throws {
    self.server = server
    name = "test-\(UUID().uuidString.lowercased())"
    _ = try await control(.put, "")
  }

  public var endpoint: String { "http://127.0.0.1:\(server.port)" }
  /// Where buckets are subdomains.
  public var hostEndpoint: String { "http://s3.localhost:\(server.port)" }

  /// What selects the bucket, for a service or a tool.
  public var environment: [String: String] {
    [
      "LONGTAKE_S3_BUCKET": name, "LONGTAKE_S3_ENDPOINT": endpoint, "AWS_ACCESS_KEY_ID": S3Server.keyID,
      "AWS_SECRET_ACCESS_KEY": S3Server.secret,
    ]
  }

  /// Sets what is wrong with it, in the words of `compose/s3/server.py`.
  public func set(_ json: String) async throws { _ = try await control(.post, json) }

  /// The faults that the next requests that fit meet.
  public func fail(_ faults: String...) async throws {
    try await set("{\"faults\": [\(faults.joined(separator: ","))]}")
  }

  /// Method and target of every request so far.
  public func requests() async throws -> [String] {
    struct Seen: Decodable { let seen: [String] }
    return try JSONDecoder().decode(Seen.self, from: try await control(.get, "")).seen
  }

  /// Has boto3 put a file, or get one.
  public func boto(_ action: String, _ key: String, _ file: String) async throws {
    let status = try await ChildProcess.run([
      S3Server.python ?? "", "\(S3Server.scripts)/boto.py", "--endpoint", endpoint, "--access-key",
      S3Server.keyID, "--secret-key", S3Server.secret, "--bucket", name, action, key, file,
    ])
    guard status == 0 else { throw StartFailed(description: "boto3 could not \(action) \(key)") }
  }

  private func control(_ method: HTTPRequest.Method, _ body: String) async throws -> Data {
    let request = OutgoingRequest(
      method: method, url: "\(endpoint)/_control/\(name)",
      body: method == .get ? .none : .bytes(Data(body.utf8)))
    return try await server.client.send(request).body
  }
}

/// Lends a bucket of its own to `body`.
public func withBucket<Answer>(_ body: (S3Bucket) async throws -> Answer) async throws -> Answer {
  try await body(S3Bucket(on: S3Server.shared()))
}
