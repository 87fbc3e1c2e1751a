import Artifacts
import FoundationEssentials
import Logging
import ServiceLifecycle

/// Removes what writes that died left in the store, older than a day, once an hour.
struct UploadSweep: Service {
  let artifacts: any ArtifactStore
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      do {
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
    do throws(ArtifactError) {
      let count = try await artifacts.removeLeftovers(before: Date(timeIntervalSinceNow: -86_400))
      if count > 0 { logger.notice("removed what interrupted writes left", metadata: ["count": "\(count)"]) }
    } catch {
      logger.warning("the store was not swept", metadata: ["error": "\(error)"])
    }
  }
}
