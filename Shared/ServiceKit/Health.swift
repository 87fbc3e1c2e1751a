internal import Synchronization

/// One thing that a service needs, or would like to have, in order to answer.
public struct ReadyCheck: Sendable {
  /// `postgres`.
  public let name: String
  /// Whether `/readyz` is false without it; Redis and neighbours are reported, not counted.
  public let required: Bool
  /// Throws what it waits for; the error's description is shown.
  public let check: @Sendable () async throws -> Void

  public init(_ name: String, required: Bool, check: @escaping @Sendable () async throws -> Void) {
    self.name = name
    self.required = required
    self.check = check
  }
}

/// The answer of `/readyz`.
public struct ReadyReport: Codable, Sendable, Equatable {
  public struct Check: Codable, Sendable, Equatable {
    public var name: String
    public var ok: Bool
    public var required: Bool
    public var detail: String?
  }

  public var ready: Bool
  public var checks: [Check]
}

/// Whether the service can answer: its checks, and whether it is about to stop.
public final class Health: Sendable {
  private let checks: [ReadyCheck]
  private let patience: Duration
  private let draining = Atomic(false)

  public init(checks: [ReadyCheck], patience: Duration = .seconds(2)) {
    self.checks = checks
    self.patience = patience
  }

  /// From now on not ready, for good.
  public func drain() { draining.store(true, ordering: .relaxed) }

  /// Makes all checks at once; one that takes longer than the patience counts as failed.
  public func report() async -> ReadyReport {
    let results = await withTaskGroup(of: (Int, ReadyReport.Check).self) { group in
      for (index, check) in checks.enumerated() {
        group.addTask { [patience] in (index, await Self.result(of: check, within: patience)) }
      }
      var results: [(Int, ReadyReport.Check)] = []
      for await result in group { results.append(result) }
      return results.sorted { $0.0 < $1.0 }.map(\.1)
    }
    guard !draining.load(ordering: .relaxed) else {
      let drain = ReadyReport.Check(
        name: "drain", ok: false, required: true, detail: "the service is stopping")
      return ReadyReport(ready: false, checks: results + [drain])
    }
    return ReadyReport(ready: results.allSatisfy { $0.ok || !$0.required }, checks: results)
  }

  private static func result(of check: ReadyCheck, within patience: Duration) async -> ReadyReport.Check {
    let detail = await within(patience, else: Optional("no answer within \(patience)")) {
      do {
        try await check.check()
        return nil
      } catch {
        return "\(error)"
      }
    }
    return ReadyReport.Check(name: check.name, ok: detail == nil, required: check.required, detail: detail)
  }
}

/// What `body` answers, or `late` when that takes longer than the patience; then `body` is cancelled.
func within<Answer: Sendable>(
  _ patience: Duration, else late: Answer, _ body: @escaping @Sendable () async -> Answer
) async -> Answer {
  await withTaskGroup(of: Answer.self) { group in
    group.addTask { await body() }
    group.addTask {
      // Cancelled as soon as the body has answered.
      try? await Task.sleep(for: patience)
      return late
    }
    let first = await group.next() ?? late
    group.cancelAll()
    return first
  }
}
