public import Logging
public import ServiceLifecycle
internal import Synchronization

/// A service's Postgres as the service lives with it: migrated as soon as it is there, however late.
///
/// Put it first among the services: it is closed last. What needs the tables waits for `whenReady()`.
public final class Database: Service {
  private let gate = Gate()
  private let migrateNow: @Sendable () async throws -> [String]
  private let ping: @Sendable () async throws -> Void
  private let close: @Sendable () async -> Void
  private let logger: Logger
  private let obstacle = Mutex("Postgres has not answered yet")

  public init(
    logger: Logger, migrate: @escaping @Sendable () async throws -> [String],
    ping: @escaping @Sendable () async throws -> Void, close: @escaping @Sendable () async -> Void
  ) {
    self.logger = logger
    self.migrateNow = migrate
    self.ping = ping
    self.close = close
  }

  /// Returns once the migrations are done; throws only `CancellationError`.
  public func whenReady() async throws { try await gate.passed() }

  /// Applies what is pending and answers the names; for the `migrate` command.
  public func migrate() async throws -> [String] {
    let applied = try await migrateNow()
    gate.open()
    return applied
  }

  public func shutdown() async { await close() }

  public func run() async throws {
    await cancelWhenGracefulShutdown { await self.migrateUntilDone() }
    do { try await gracefulShutdown() } catch is CancellationError {}
    await close()
  }

  /// `postgres` and `migrations`, both required.
  public var checks: [ReadyCheck] {
    [
      ReadyCheck("postgres", required: true) { [ping] in try await ping() },
      ReadyCheck("migrations", required: true) { [self] in
        if !gate.isOpen { throw WaitingFor(what: obstacle.withLock { $0 }) }
      },
    ]
  }

  private func migrateUntilDone() async {
    var backoff = Backoff()
    while !Task.isCancelled {
      do {
        let applied = try await migrate()
        if !applied.isEmpty { logger.info("migrated", metadata: ["applied": "\(applied)"]) }
        return
      } catch {
        if Task.isCancelled { return }
        let wait = backoff.next()
        obstacle.withLock { $0 = "\(error)" }
        logger.warning(
          "Postgres is not usable yet; trying again",
          metadata: ["error": "\(error)", "seconds": .stringConvertible(wait / .seconds(1))])
        // Cancelled when the service stops; the loop's condition sees it.
        try? await Task.sleep(for: wait)
      }
    }
  }
}

/// What a check waits for, as its detail says it.
struct WaitingFor: Error, CustomStringConvertible {
  let what: String
  var description: String { what }
}

/// Waits that grow: doubled each time, capped, and spread by chance so that many do not come at once.
public struct Backoff: Sendable {
  private var ceiling: Duration
  private let most: Duration

  public init(from first: Duration = .milliseconds(250), to most: Duration = .seconds(5)) {
    ceiling = first
    self.most = most
  }

  public mutating func next() -> Duration {
    defer { ceiling = min(ceiling * 2, most) }
    return ceiling * Double.random(in: 0.5...1)
  }
}
