/// A token bucket: it holds a minute's worth and fills evenly.
struct RateBucket: Sendable, Equatable {
  private(set) var tokens: Double
  private var filledAt: Duration

  /// A full one; `now` is the time since any fixed moment.
  init(perMinute: Int, now: Duration) {
    tokens = Double(perMinute)
    filledAt = now
  }

  /// Takes one token if there is one.
  mutating func take(perMinute: Int, now: Duration) -> Bool {
    tokens = min(Double(perMinute), tokens + (now - filledAt) / .seconds(60) * Double(perMinute))
    filledAt = now
    guard tokens >= 1 else { return false }
    tokens -= 1
    return true
  }

  /// Whole seconds until there is a token again, at least 1.
  func secondsUntilNext(perMinute: Int) -> Int {
    max(1, Int(((1 - tokens) * 60 / Double(perMinute)).rounded(.up)))
  }

  /// Whole seconds until it is full.
  func secondsUntilFull(perMinute: Int) -> Int {
    Int(((Double(perMinute) - tokens) * 60 / Double(perMinute)).rounded(.up))
  }
}
