/// How long to wait before another try: full jitter under a doubling cap (RELIABILITY §2.5).
public struct RetryPolicy: Sendable {
  public var base: Duration
  public var cap: Duration
  /// How often a task is tried at all when its faults are transient.
  public var attempts: Int

  public init(base: Duration = .seconds(2), cap: Duration = .seconds(300), attempts: Int = 5) {
    self.base = base
    self.cap = cap
    self.attempts = attempts
  }

  /// The longest wait before try `attempt`, which counts from 2.
  public func ceiling(before attempt: Int) -> Duration {
    var longest = base
    for _ in 2..<max(attempt, 2) where longest < cap { longest *= 2 }
    return min(longest, cap)
  }

  /// A wait anywhere between nothing and the ceiling, so that many failures do not come back at once.
  public func wait(before attempt: Int) -> Duration {
    ceiling(before: attempt) * Double.random(in: 0...1)
  }
}
