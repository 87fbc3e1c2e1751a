import HTTPTypes
import Hummingbird
import ServiceKit
import Synchronization

/// Lets each sender make so many requests a minute, and tells him how many are left.
///
/// Headers as in draft-ietf-httpapi-ratelimit-headers-10. The count is this replica's own.
final class RateLimit: RouterMiddleware {
  typealias Context = AppContext

  private let perMinute: Int
  private let buckets: RateBuckets

  init(perMinute: Int) {
    self.perMinute = perMinute
    buckets = RateBuckets(perMinute: perMinute)
  }

  func handle(
    _ request: Request, context: AppContext, next: @concurrent (Request, AppContext) async throws -> Response
  ) async throws -> Response {
    let (allowed, bucket) = buckets.take(Self.sender(of: request, context))
    let policy = "\"default\";q=\(perMinute);w=60"
    let state = "\"default\";r=\(Int(bucket.tokens));t=\(bucket.secondsUntilFull(perMinute: perMinute))"
    guard allowed else {
      var problem = Problem.tooManyRequests(
        "More than \(perMinute) requests a minute are too many.",
        retryAfter: bucket.secondsUntilNext(perMinute: perMinute))
      problem.headers[.rateLimit] = state
      problem.headers[.rateLimitPolicy] = policy
      throw problem
    }
    var response = try await next(request, context)
    response.headers[.rateLimit] = state
    response.headers[.rateLimitPolicy] = policy
    return response
  }

  /// What could be a key counts by itself however it is written, anything else by the peer's address.
  ///
  /// A player asks for many pieces of one film, so media counts by itself.
  private static func sender(of request: Request, _ context: AppContext) -> String {
    let token = request.headers[.authorization].flatMap(Authentication.token)
    let sender = token.flatMap { KeyText($0) }?.secret.reveal() ?? context.remoteAddress ?? "unknown"
    return request.uri.path.hasPrefix("/media/") ? "media \(sender)" : sender
  }
}

/// Token buckets by whoever takes from them.
final class RateBuckets: Sendable {
  /// Beyond that, buckets that are full again are forgotten.
  private static let mostSenders = 10_000

  private let perMinute: Int
  private let start = ContinuousClock.now
  private let buckets = Mutex<[String: RateBucket]>([:])

  init(perMinute: Int) { self.perMinute = perMinute }

  /// How many whole seconds a sender without a token must wait; nil for one that has any, and none is taken.
  func secondsUntilNext(_ sender: String) -> Int? {
    let now = ContinuousClock.now - start
    return buckets.withLock { buckets in
      guard var bucket = buckets[sender], !bucket.take(perMinute: perMinute, now: now) else { return nil }
      return bucket.secondsUntilNext(perMinute: perMinute)
    }
  }

  /// Takes a token if there is one.
  func take(_ sender: String) -> (allowed: Bool, bucket: RateBucket) {
    let now = ContinuousClock.now - start
    return buckets.withLock { buckets in
      if buckets.count >= Self.mostSenders {
        buckets = buckets.filter { $0.value.secondsUntilFull(perMinute: perMinute) > 0 }
      }
      var bucket = buckets[sender] ?? RateBucket(perMinute: perMinute, now: now)
      let allowed = bucket.take(perMinute: perMinute, now: now)
      buckets[sender] = bucket
      return (allowed, bucket)
    }
  }
}
