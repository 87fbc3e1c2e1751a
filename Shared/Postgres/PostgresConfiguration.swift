import CPostgres

/// Where the server is, who we are there, and how long anything may take.
public struct PostgresConfiguration: Sendable {
  /// A host name, an address, or the directory of a Unix socket.
  public var host: String
  public var port: Int
  public var user: String
  public var password: String?
  public var database: String
  /// The one schema of the search path; nil leaves the server's default.
  public var schema: String?
  public var applicationName: String
  /// Further keywords of libpq, such as `sslmode` and `target_session_attrs`.
  public var parameters: [String: String] = [:]

  public var connectTimeout: Duration = .seconds(5)
  /// How long a caller waits for a connection of a pool to become free.
  public var acquireTimeout: Duration = .seconds(10)
  public var statementTimeout: Duration = .seconds(30)
  public var lockTimeout: Duration = .seconds(10)
  public var idleInTransactionTimeout: Duration = .seconds(30)

  public init(
    host: String, port: Int = 5432, user: String, password: String? = nil, database: String,
    schema: String? = nil, applicationName: String = "longtake"
  ) {
    self.host = host
    self.port = port
    self.user = user
    self.password = password
    self.database = database
    self.schema = schema
    self.applicationName = applicationName
  }

  /// Reads `postgres://user:password@host:port/database?host=/socket/directory&schema=name&sslmode=…`.
  ///
  /// `schema` is ours; all other keywords are libpq's. An argument wins over the URL.
  public init(
    url: String, schema: String? = nil, applicationName: String? = nil
  ) throws(PostgresError) {
    let (url, schemaOfURL) = Self.takingSchema(from: url)
    var keywords = try Self.parse(url)
    guard let host = keywords.removeValue(forKey: "host"), let user = keywords.removeValue(forKey: "user"),
      let database = keywords.removeValue(forKey: "dbname")
    else {
      throw PostgresError(.connection, "the URL of Postgres must name a host, a user and a database")
    }
    let port = keywords.removeValue(forKey: "port") ?? "5432"
    guard let port = Int(port), (1...65_535).contains(port) else {
      throw PostgresError(.connection, "the URL of Postgres has no valid port")
    }
    self.init(
      host: host, port: port, user: user, password: keywords.removeValue(forKey: "password"),
      database: database, schema: schema ?? schemaOfURL,
      applicationName: applicationName ?? keywords["application_name"] ?? "longtake")
    keywords["application_name"] = nil
    parameters = keywords
  }

  /// The keywords and values for `PQconnectStartParams` (PostgreSQL §34.1.2), with the host's addresses.
  func keywords(addresses: [String]) -> [(String, String)] {
    var all = parameters
    all["host"] = addresses.isEmpty ? host : addresses.map { _ in host }.joined(separator: ",")
    all["hostaddr"] = addresses.isEmpty ? nil : addresses.joined(separator: ",")
    all["port"] = String(port)
    all["user"] = user
    all["password"] = password
    all["dbname"] = database
    all["application_name"] = applicationName
    all["client_encoding"] = "UTF8"
    all["options"] = [parameters["options"], options].compactMap { $0 }.joined(separator: " ")
    all["gssencmode"] = "disable"
    for (keyword, value) in Self.keepalives where all[keyword] == nil { all[keyword] = value }
    return all.sorted { $0.key < $1.key }
  }

  /// A peer that vanished is noticed within a minute, also while bytes are on their way.
  private static let keepalives = [
    "keepalives": "1", "keepalives_idle": "20", "keepalives_interval": "10", "keepalives_count": "3",
    "tcp_user_timeout": "30000", "sslmode": "prefer",
  ]

  /// `client_connection_check_interval` ends a statement whose client has hung up, as a cancelled task does.
  private var options: String {
    var settings = [
      "TimeZone=UTC", "DateStyle=ISO", "bytea_output=hex", "client_connection_check_interval=2s",
      "statement_timeout=\(statementTimeout.wholeMilliseconds)",
      "lock_timeout=\(lockTimeout.wholeMilliseconds)",
      "idle_in_transaction_session_timeout=\(idleInTransactionTimeout.wholeMilliseconds)",
    ]
    if let schema { settings.append("search_path=\(SQL.quoted(identifier: schema))") }
    return settings.map { "-c " + Self.escaped($0) }.joined(separator: " ")
  }

  /// Spaces and backslashes are escaped by a backslash within `options`.
  private static func escaped(_ option: String) -> String {
    var escaped = ""
    for character in option {
      if character == " " || character == "\\" { escaped.append("\\") }
      escaped.append(character)
    }
    return escaped
  }

  private static func takingSchema(from url: String) -> (url: String, schema: String?) {
    guard let mark = url.firstIndex(of: "?") else { return (url, nil) }
    var rest: [Substring] = []
    var schema: String?
    for pair in url[url.index(after: mark)...].split(separator: "&") {
      if pair.hasPrefix("schema=") { schema = String(pair.dropFirst(7)) } else { rest.append(pair) }
    }
    return (url[..<mark] + (rest.isEmpty ? "" : "?" + rest.joined(separator: "&")), schema)
  }

  private static func parse(_ url: String) throws(PostgresError) -> [String: String] {
    guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else {
      throw PostgresError(.connection, "the URL of Postgres must begin with postgres://")
    }
    // libpq's own message may quote the whole URL, password included.
    guard let options = PQconninfoParse(url, nil) else {
      throw PostgresError(.connection, "the URL of Postgres is not valid")
    }
    defer { PQconninfoFree(options) }
    var keywords: [String: String] = [:]
    var option = options
    while let keyword = option.pointee.keyword {
      if let value = option.pointee.val { keywords[String(cString: keyword)] = String(cString: value) }
      option += 1
    }
    return keywords
  }
}

extension PostgresConfiguration: CustomStringConvertible, CustomReflectable {
  /// Without the password, also where a value is dumped.
  public var description: String { "\(user)@\(host):\(port)/\(database)" }

  public var customMirror: Mirror { Mirror(self, children: ["description": description]) }
}

extension Duration {
  /// Rounded up, at least 1: zero would switch a timeout of Postgres off.
  var wholeMilliseconds: Int64 { Int64(max(1, (self / .milliseconds(1)).rounded(.up))) }
}
