/// When to try a lost server again: full jitter below a ceiling that doubles with every failure in a row.
struct Backoff: Sendable {
  static let base = Duration.milliseconds(50)
  static let cap = Duration.seconds(2)

  private(set) var failures = 0
  private(set) var lastError: RedisError?
  private(set) var notBefore: ContinuousClock.Instant?

  /// Notes a failed attempt; `random` is in 0...1.
  mutating func failed(
    _ error: RedisError, at now: ContinuousClock.Instant, random: Double = .random(in: 0...1)
  ) {
    lastError = error
    notBefore = now.advanced(by: Self.ceiling(after: failures) * random)
    failures += 1
  }

  mutating func succeeded() { self = Backoff() }

  static func ceiling(after failures: Int) -> Duration {
    min(cap, base * (1 << min(failures, 16)))
  }
}
