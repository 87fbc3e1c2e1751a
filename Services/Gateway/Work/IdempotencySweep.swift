import Logging
import ServiceKit
import ServiceLifecycle

/// Forgets expired idempotency records once an hour.
struct IdempotencySweep: Service {
  let store: any IdempotencyStore
  let database: Database
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      do {
        try await database.whenReady()
        while true {
          await sweep()
          try await Task.sleep(for: .seconds(3600))
        }
      } catch {
        // Only the end of the process cancels.
      }
    }
  }

  private func sweep() async {
    do {
      _ = try await store.purge()
    } catch {
      logger.warning("idempotency records were not purged", metadata: ["error": "\(error)"])
    }
  }
}
