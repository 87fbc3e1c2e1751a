public import Contracts

/// One setting as a service declares it: name, default and meaning, so that it can be listed and checked.
public struct Setting: Sendable, Hashable {
  /// The environment variable, `LONGTAKE_PORT`.
  public let name: String
  /// What holds when it is not set; nil where it must be set or stays absent.
  public let fallback: String?
  /// A sentence, for the operator.
  public let meaning: String
  /// Never printed; may also come from the file that `{name}_FILE` names.
  public let isSecret: Bool

  public init(_ name: String, default fallback: String? = nil, secret: Bool = false, _ meaning: String) {
    self.name = name
    self.fallback = fallback
    self.meaning = meaning
    self.isSecret = secret
  }
}

/// The settings that all or several services share.
extension Setting {
  public static let host = Setting(
    "LONGTAKE_HOST", default: "127.0.0.1", "The address that the service listens on.")
  public static let logLevel = Setting(
    "LONGTAKE_LOG_LEVEL", default: "info", "trace, debug, info, notice, warning, error or critical.")
  public static let postgresURL = Setting(
    "LONGTAKE_POSTGRES_URL", secret: true,
    "This service's Postgres, postgres://role:password@host:5432/database; ?host= may name a socket's folder."
  )
  public static let postgresPassword = Setting(
    "LONGTAKE_POSTGRES_PASSWORD", secret: true, "The role's password, where the URL holds none.")
  public static let postgresConnections = Setting(
    "LONGTAKE_POSTGRES_CONNECTIONS", default: "6", "How many connections to Postgres the service holds.")
  public static let redisURL = Setting(
    "LONGTAKE_REDIS_URL", secret: true,
    "Redis, redis://user:password@host:6379/database or unix:///path/of/socket.")
  public static let redisPassword = Setting(
    "LONGTAKE_REDIS_PASSWORD", secret: true, "The password of Redis, where the URL holds none.")
  /// What reaches Postgres and Redis, for every service that has them.
  public static let stores: [Setting] = [
    .postgresURL, .postgresPassword, .postgresConnections, .redisURL, .redisPassword,
  ]
  public static let artifacts = Setting(
    "LONGTAKE_ARTIFACTS_DIR", "The folder that films, pictures and music are stored in.")
  public static let internalSecret = Setting(
    "LONGTAKE_INTERNAL_SECRET", secret: true,
    "What the services sign their calls to each other with: the same for all, at least 32 characters.")
  public static let mediaSecret = Setting(
    "LONGTAKE_MEDIA_SECRET", secret: true, "What the gateway signs media links with, at least 32 characters.")
  public static let drain = Setting(
    "LONGTAKE_DRAIN_SECONDS", default: "0",
    "How long a stopping service still answers while /readyz says 503, for load balancers.")
  public static let workers = Setting(
    "LONGTAKE_WORKERS", default: "2", "How many tasks the service executes at once.")
  public static let lease = Setting(
    "LONGTAKE_LEASE_SECONDS", default: "20", "How long a worker holds a task without a heartbeat.")
  public static let sweep = Setting(
    "LONGTAKE_SWEEP_SECONDS", default: "10", "How often Status looks at every open run.")

  static let commit = Setting("LONGTAKE_COMMIT", "The commit that was built, for /version; images set it.")

  /// The port, with the service's own default.
  public static func port(_ number: Int) -> Setting {
    Setting("LONGTAKE_PORT", default: String(number), "The port that the service listens on.")
  }

  /// What every service understands, whatever it declares itself.
  static let common: [Setting] = [.host, .logLevel, .drain, .commit]

  /// Names that belong to some part of the stack; one of them is no mistake in another part's environment.
  static let namesOfTheStack: Set<String> = [
    "LONGTAKE_ARTIFACTS_DIR", "LONGTAKE_AUDIO_URL", "LONGTAKE_AUTH", "LONGTAKE_CHUNKS_URL",
    "LONGTAKE_COMMIT", "LONGTAKE_CORS_ORIGINS", "LONGTAKE_DRAIN_SECONDS", "LONGTAKE_GRACE_SECONDS",
    "LONGTAKE_HOST",
    "LONGTAKE_IMAGE_PROVIDER", "LONGTAKE_INSTANCE", "LONGTAKE_INTERNAL_SECRET", "LONGTAKE_JWT_JWKS",
    "LONGTAKE_JWT_SECRET", "LONGTAKE_KEY_PEPPER", "LONGTAKE_LEASE_SECONDS",
    "LONGTAKE_CACHE_DIR", "LONGTAKE_CACHE_MEGABYTES",
    "LONGTAKE_S3_BUCKET", "LONGTAKE_S3_ENDPOINT", "LONGTAKE_S3_PREFIX", "LONGTAKE_S3_PUBLIC_ENDPOINT",
    "LONGTAKE_S3_REGION", "LONGTAKE_S3_STYLE",
    "LONGTAKE_LOG_LEVEL", "LONGTAKE_MEDIA_SECRET", "LONGTAKE_METRICS_PORT", "LONGTAKE_MUSIC_PROVIDER",
    "LONGTAKE_PLANNER_URL", "LONGTAKE_PLAN_PROVIDER", "LONGTAKE_PORT", "LONGTAKE_POSTGRES_CONNECTIONS",
    "LONGTAKE_POSTGRES_PASSWORD",
    "LONGTAKE_POSTGRES_URL", "LONGTAKE_PUBLIC_URL", "LONGTAKE_RATE_PER_MINUTE", "LONGTAKE_REDIS_PASSWORD",
    "LONGTAKE_REDIS_URL",
    "LONGTAKE_REFERENCES_URL", "LONGTAKE_STATE_DIR", "LONGTAKE_STATUS_URL", "LONGTAKE_SWEEP_SECONDS",
    "LONGTAKE_TEMP_DIR", "LONGTAKE_VIDEO_PROVIDER", "LONGTAKE_WORKERS",
    "LONGTAKE_LOCAL_LATENCY_SECONDS",
  ]

  /// Those of them that may also come from a file, by `{name}_FILE`.
  static let secretsOfTheStack: Set<String> = [
    "LONGTAKE_INTERNAL_SECRET", "LONGTAKE_JWT_SECRET", "LONGTAKE_KEY_PEPPER", "LONGTAKE_MEDIA_SECRET",
    "LONGTAKE_POSTGRES_PASSWORD", "LONGTAKE_POSTGRES_URL", "LONGTAKE_REDIS_PASSWORD", "LONGTAKE_REDIS_URL",
  ]
}

extension Setting {
  /// The base URL of a neighbour, with the port of the stack on one machine as default.
  public static func url(of service: ServiceName) -> Setting {
    Setting(
      "LONGTAKE_\(service.rawValue.uppercased())_URL", default: "http://127.0.0.1:\(service.defaultPort)",
      "Where \(service.rawValue) answers; several addresses, separated by commas, are asked in turn.")
  }
}
