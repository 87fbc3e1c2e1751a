import Logging
import Queue
import ServiceLifecycle

/// The slow timer: has silent steps asked again, looks at every open run, and forgets what is old.
struct Sweeper: Service {
  let runs: RunStore
  let sweeps: SweepStore
  let interval: Duration
  let sender: Bell
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var pruneAt = ContinuousClock.now
      while !Task.isCancelled {
        do {
          try await sweep()
          if pruneAt <= .now {
            try await sweeps.prune()
            pruneAt = .now + .seconds(3600)
          }
        } catch {
          logger.warning("the sweep was broken off", metadata: ["error": "\(error)"])
        }
        // Cancelled when the service stops; the loop's condition sees it.
        try? await Task.sleep(for: interval)
      }
    }
  }

  private func sweep() async throws {
    let asked = try await sweeps.askSilentSteps(after: interval)
    if asked > 0 { sender.ring() }
    for run in try await sweeps.openRuns() where !Task.isCancelled { try await runs.advance(run) }
  }
}
