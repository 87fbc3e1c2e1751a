import HTTPTypes

/// Header fields that HTTPTypes does not know.
extension HTTPField.Name {
  static let idempotencyKey = named("Idempotency-Key")
  static let idempotencyReplayed = named("Idempotency-Replayed")
  static let lastEventID = named("Last-Event-ID")
  static let rateLimit = named("RateLimit")
  static let rateLimitPolicy = named("RateLimit-Policy")
  static let accelBuffering = named("X-Accel-Buffering")

  private static func named(_ name: String) -> HTTPField.Name {
    guard let field = HTTPField.Name(name) else { preconditionFailure("\(name) is no field name") }
    return field
  }
}
