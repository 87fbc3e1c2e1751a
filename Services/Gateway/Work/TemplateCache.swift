import Contracts
import Synchronization

/// Planner's templates, asked for once a minute at most.
final class TemplateCache: Sendable {
  private struct Kept {
    let templates: [TemplateDescription]
    let until: ContinuousClock.Instant
  }

  private let kept = Mutex<Kept?>(nil)
  private let fetch: @Sendable () async throws -> [TemplateDescription]

  init(fetch: @escaping @Sendable () async throws -> [TemplateDescription]) { self.fetch = fetch }

  /// The templates as they are, or were less than a minute ago.
  func templates() async throws -> [TemplateDescription] {
    let now = ContinuousClock.now
    if let kept = kept.withLock({ $0 }), kept.until > now { return kept.templates }
    let templates = try await fetch()
    kept.withLock { $0 = Kept(templates: templates, until: now.advanced(by: .seconds(60))) }
    return templates
  }
}
