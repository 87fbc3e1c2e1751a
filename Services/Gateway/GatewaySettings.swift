import Artifacts
import Contracts
import FoundationEssentials
import Logging
import Redis
import ServiceKit

/// What can be set at the gateway.
struct GatewaySettings: Sendable {
  static let publicURL = ServiceKit.Setting(
    "LONGTAKE_PUBLIC_URL", "Where users reach the gateway, for absolute URLs; else each request's Host.")
  static let auth = ServiceKit.Setting(
    "LONGTAKE_AUTH",
    "dev (no credential means user local; only on loopback, and the default there) or required.")
  static let origins = ServiceKit.Setting(
    "LONGTAKE_CORS_ORIGINS", "The origins of pages that may call, separated by commas.")
  static let perMinute = ServiceKit.Setting(
    "LONGTAKE_RATE_PER_MINUTE", default: "1200", "How many requests a sender may make in a minute.")
  static let metricsPort = ServiceKit.Setting(
    "LONGTAKE_METRICS_PORT", default: "8086", "The internal port of /metrics and health for operators.")
  static let keyPepper = ServiceKit.Setting(
    "LONGTAKE_KEY_PEPPER", secret: true,
    "What API keys are hashed with, at least 32 characters; keys end when it changes. Needed unless LONGTAKE_AUTH is dev."
  )
  static let declared: [ServiceKit.Setting] =
    [
      publicURL, auth, origins, perMinute, metricsPort, .internalSecret, .mediaSecret, keyPepper,
      .url(of: .status), .url(of: .planner),
    ] + ServiceKit.Setting.stores + ArtifactStoreSettings.declared

  let fallbackHost: String
  let publicURL: String?
  let auth: AuthMode
  let origins: Set<String>
  let perMinute: Int
  let metricsPort: Int
  let postgres: PostgresSettings
  /// A bell: without it the feed is read once a second.
  let redis: RedisConfiguration?
  let artifacts: any ArtifactStore
  let mediaSecret: Secret
  let keyPepper: Secret?
  let tokens: ServiceTokens
  let statusURL: String
  let plannerURL: String

  /// Reads everything, then throws all faults at once.
  init(_ start: Start) throws(SettingsError) {
    let settings = start.settings
    let host = settings.string(.host)
    let port = settings.int(.port(start.identity.name.defaultPort), in: 1...65535)
    fallbackHost = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    publicURL = settings.optionalURL(Self.publicURL)
    auth = settings.choice(Self.auth, otherwise: Loopback.isName(host) ? .dev : .required)
    origins = Self.origins(settings)
    perMinute = settings.int(Self.perMinute, in: 1...1_000_000)
    metricsPort = settings.int(Self.metricsPort, in: 1...65535)
    postgres = start.postgres()
    redis = start.optionalRedis()
    artifacts = start.checked("store") {
      ArtifactStoreSettings(settings).open()
    } look: {
      try await $0.check()
    }
    tokens = start.tokens()
    statusURL = settings.urls(.url(of: .status))
    plannerURL = settings.urls(.url(of: .planner))
    keyPepper =
      auth == .required
      ? settings.secret(Self.keyPepper, minimumBytes: 32)
      : settings.optionalSecret(Self.keyPepper, minimumBytes: 32)
    if let keyPepper, keyPepper == settings.optionalSecret(.internalSecret) {
      settings.fault(
        "LONGTAKE_KEY_PEPPER is the same as LONGTAKE_INTERNAL_SECRET: give each a secret of its own.")
    }
    mediaSecret = Self.mediaSecret(settings, isDevelopment: auth == .dev && Loopback.isName(host), start)
    if auth == .dev && !Loopback.isName(host) {
      settings.fault(
        "LONGTAKE_AUTH is dev while LONGTAKE_HOST is \(host), which others can reach: give LONGTAKE_AUTH=required, or listen on 127.0.0.1."
      )
    }
    try settings.validate()
  }

  private static func origins(_ settings: Settings) -> Set<String> {
    let all = (settings.optional(origins) ?? "").split(separator: ",").map { String($0).trimmed }
    for origin in all
    where !(origin.hasPrefix("http://") || origin.hasPrefix("https://")) || origin.hasSuffix("/") {
      settings.fault("LONGTAKE_CORS_ORIGINS holds \"\(origin)\": give origins like https://studio.example.")
    }
    return Set(all)
  }

  /// In development a secret of this process is enough: links end with it.
  private static func mediaSecret(_ settings: Settings, isDevelopment: Bool, _ start: Start) -> Secret {
    if let secret = settings.optionalSecret(.mediaSecret, minimumBytes: 32) { return secret }
    guard isDevelopment, settings.optional(.mediaSecret) == nil else {
      return settings.secret(.mediaSecret, minimumBytes: 32)
    }
    start.logger.notice("LONGTAKE_MEDIA_SECRET is not set: media links end when the gateway stops")
    return Secret((0..<32).map { _ in UInt8.random(in: 0 ... .max) })
  }
}
