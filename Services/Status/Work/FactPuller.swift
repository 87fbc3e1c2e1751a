import Contracts
import Logging
import ServiceKit
import ServiceLifecycle

/// Reads the facts from the services that own them: at the start, when some were missed, without Redis, and
/// every minute.
struct FactPuller: Service {
  let intake: FactIntake
  let facts: FactStore
  let neighbours: Neighbours
  let repair: Repair
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await withDiscardingTaskGroup { group in
          for service in ServiceName.executing {
            group.addTask { await pull(service) }
          }
        }
        await repair.wait()
      }
    }
  }

  /// Reads on from where it was left; a service that is away is asked again the next time.
  private func pull(_ service: ServiceName) async {
    do {
      var cursor = try await facts.cursor(of: service)
      while !Task.isCancelled {
        let page = try await neighbours.facts(of: service, after: cursor, limit: 200)
        for fact in page.facts { try await take(fact, of: service) }
        if page.next == cursor || page.facts.isEmpty { return }
        cursor = page.next
        try await facts.store(cursor: cursor, of: service)
      }
    } catch {
      logger.debug(
        "facts cannot be pulled", metadata: ["service": "\(service)", "error": "\(error)"])
    }
  }

  private func take(_ fact: Fact, of service: ServiceName) async throws {
    do {
      try await intake.apply(fact)
    } catch {
      if FactIntake.isTransient(error) { throw error }
      logger.error("a fact is set aside", metadata: ["service": "\(service)", "error": "\(error)"])
      let payload = String(decoding: try JSON.encode(fact), as: UTF8.self)
      try await facts.bury(
        stream: "/v1/facts of \(service.rawValue)", entry: fact.eventId.description, payload: payload,
        reason: "\(error)")
    }
  }
}
