import FoundationEssentials

/// Where a Redis server is and as whom to speak to it.
public struct RedisConfiguration: Sendable, Equatable, CustomStringConvertible {
  enum Endpoint: Sendable, Equatable {
    case tcp(host: String, port: UInt16)
    case unix(path: String)
  }

  let endpoint: Endpoint
  let user: String?
  /// Nil where none is sent.
  public var password: String?
  let database: Int
  /// Resolving, connecting and signing in together.
  public var connectTimeout: Duration = .seconds(5)
  /// One command or pipeline, waiting for those before it included.
  public var commandTimeout: Duration = .seconds(5)

  /// A server without a password.
  public init(host: String, port: UInt16 = 6379) {
    endpoint = .tcp(host: host, port: port)
    user = nil
    database = 0
  }

  /// Reads `redis://[user:password@]host[:port][/database]` or `unix:///path[?db=database]`.
  public init(url: String) throws(RedisError) {
    guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased() else {
      throw .invalid("The Redis URL cannot be read.")
    }
    switch scheme {
    case "redis":
      guard let host = parts.host, !host.isEmpty else { throw .invalid("The Redis URL names no host.") }
      guard let port = UInt16(exactly: parts.port ?? 6379), port > 0 else {
        throw .invalid("The port of the Redis URL is not one.")
      }
      let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
      endpoint = .tcp(host: name, port: port)
      database = try Self.database(String(parts.path.drop { $0 == "/" }))
    case "unix":
      guard parts.path.count > 1 else { throw .invalid("The Redis URL names no socket.") }
      endpoint = .unix(path: parts.path)
      database = try Self.database(parts.queryItems?.first { $0.name == "db" }?.value ?? "")
    default:
      throw .invalid("The Redis URL must begin with redis:// or unix://, not \(scheme)://.")
    }
    user = parts.user.flatMap { $0.isEmpty ? nil : $0 }
    password = parts.password.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Without the credentials.
  public var description: String {
    switch endpoint {
    case .tcp(let host, let port): "redis://\(host):\(port)/\(database)"
    case .unix(let path): "unix://\(path)"
    }
  }

  /// What a new connection says first; the PING tells whether it may say anything.
  var greeting: [[Data]] {
    var commands: [[String]] = []
    if let password { commands.append(["AUTH"] + (user.map { [$0] } ?? []) + [password]) }
    if database > 0 { commands.append(["SELECT", String(database)]) }
    commands.append(["PING"])
    return commands.map { $0.map { Data($0.utf8) } }
  }

  private static func database(_ text: String) throws(RedisError) -> Int {
    guard !text.isEmpty else { return 0 }
    guard let number = Int(text), (0..<1024).contains(number) else {
      throw .invalid("The database of the Redis URL is not a number.")
    }
    return number
  }
}
