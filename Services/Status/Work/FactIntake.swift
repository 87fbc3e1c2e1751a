import Contracts
import FoundationEssentials
import Logging
import Postgres
import Redis
import Synchronization

/// Applies facts, wherever they come from, and sets aside what nobody can apply.
final class FactIntake: Sendable {
  /// An entry that was refused so often is set aside.
  private static let patience = 5

  private let runs: RunStore
  private let facts: FactStore
  private let repair: Repair
  private let logger: Logger
  private let refusals = Mutex<[String: Int]>([:])

  init(runs: RunStore, facts: FactStore, repair: Repair, logger: Logger) {
    self.runs = runs
    self.facts = facts
    self.repair = repair
    self.logger = logger
  }

  /// The entries that are dealt with; those of different runs are applied at once, of one run in order.
  func take(_ entries: [StreamEntry]) async -> [StreamEntry] {
    let byRun = Dictionary(grouping: entries.map { ($0, Self.fact(in: $0)) }) { $0.1?.report.runId }
    return await withTaskGroup(of: [StreamEntry].self) { group in
      for entries in byRun.values {
        group.addTask {
          var done: [StreamEntry] = []
          for (entry, fact) in entries {
            guard await self.take(fact, of: entry) else { break }
            done.append(entry)
          }
          return done
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
  }

  private static func fact(in entry: StreamEntry) -> Fact? {
    guard let payload = entry.fields[Channel.factField] else { return nil }
    do {
      return try JSON.decode(Fact.self, from: Data(payload.utf8))
    } catch {
      return nil
    }
  }

  private func take(_ fact: Fact?, of entry: StreamEntry) async -> Bool {
    do {
      if entry.wasDeleted {
        repair.pull()
        return true
      }
      guard let fact else {
        try await bury(entry, "no fact")
        return true
      }
      try await apply(fact)
      return true
    } catch {
      return await refused(entry, error)
    }
  }

  private func refused(_ entry: StreamEntry, _ error: any Error) async -> Bool {
    if Self.isTransient(error) { return false }
    let count = refusals.withLock { refusals in
      refusals["\(entry.stream) \(entry.id)", default: 0] += 1
      return refusals["\(entry.stream) \(entry.id)", default: 0]
    }
    guard count >= Self.patience else { return false }
    do {
      try await bury(entry, "\(error)")
    } catch {
      return false
    }
    _ = refusals.withLock { $0.removeValue(forKey: "\(entry.stream) \(entry.id)") }
    return true
  }

  private func bury(_ entry: StreamEntry, _ reason: String) async throws {
    logger.error("a fact is set aside", metadata: ["stream": "\(entry.stream)", "reason": "\(reason)"])
    let payload = entry.fields[Channel.factField] ?? "\(entry.fields)"
    try await facts.bury(stream: entry.stream, entry: entry.id, payload: payload, reason: reason)
  }

  /// Applies a fact once; a gap in its task's versions has the puller look for what is missing.
  func apply(_ fact: Fact) async throws {
    let recorded = try await runs.apply(fact.report, event: fact.eventId)
    if case .news(gap: true) = recorded { repair.pull() }
  }

  static func isTransient(_ error: any Error) -> Bool {
    switch error {
    case let error as PostgresError:
      error.isTransient || error.code == .commitUnknown || error.code == .cancelled
    case let error as StoreError: error.isTransient
    case is CancellationError: true
    default: false
    }
  }
}
