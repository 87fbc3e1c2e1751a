internal import Contracts
internal import Logging
internal import Synchronization

/// What a look at something outside found, before the service answers.
public enum Finding: Sendable, Equatable {
  case fine
  /// It may come by itself: the service starts, and `/readyz` says what it waits for.
  case waiting(String)
  /// A person must act, so the service does not start; sentences that say what to do.
  case faults([String])

  /// What is not fine, in sentences.
  public var sentences: [String] {
    switch self {
    case .fine: []
    case .waiting(let sentence): [sentence]
    case .faults(let sentences): sentences
    }
  }
}

/// The looks of one start, each independent of the others.
final class StartChecks: Sendable {
  private struct Check {
    let name: String
    let look: @Sendable () async -> Finding
  }

  private let all = Mutex<[Check]>([])

  func add(_ name: String, _ look: @escaping @Sendable () async -> Finding) {
    all.withLock { $0.append(Check(name: name, look: look)) }
  }

  /// Looks at everything side by side; in the order in which it was added.
  func findings(within patience: Duration) async -> [(name: String, finding: Finding)] {
    let checks = all.withLock { $0 }
    return await withTaskGroup(of: (Int, Finding).self) { group in
      for (index, check) in checks.enumerated() {
        let late = Finding.waiting("no answer within \(patience)")
        group.addTask { (index, await within(patience, else: late, check.look)) }
      }
      var findings = checks.map { (name: $0.name, finding: Finding.fine) }
      for await (index, finding) in group { findings[index].finding = finding }
      return findings
    }
  }
}

extension Start {
  /// Reads something from the settings and, unless they are at fault, has it looked at before the service
  /// answers: an `Obstacle` that needs a person is a fault of the start, any other error is waited for.
  public func checked<Value: Sendable, Failure: Error>(
    _ name: String, _ read: () throws(Failure) -> Value,
    look: @escaping @Sendable (Value) async throws -> Void
  ) throws(Failure) -> Value {
    let faults = settings.faults.count
    let value = try read()
    if settings.faults.count == faults { checks.add(name) { await Self.finding { try await look(value) } } }
    return value
  }

  /// Makes all looks side by side; throws every fault at once, those of the settings first.
  public func validate(within patience: Duration = .seconds(5)) async throws(SettingsError) {
    for (name, finding) in await checks.findings(within: patience) {
      switch finding {
      case .fine: break
      case .waiting(let sentence): logger.notice("waiting for \(name)", metadata: ["reason": "\(sentence)"])
      case .faults(let sentences): for sentence in sentences { settings.fault(sentence) }
      }
    }
    try settings.validate()
  }

  /// The service put together, once its settings and what it needs are in order.
  func assemble<Program: ServiceProgram>(_ program: Program.Type) async throws -> Assembly {
    let outcome: Result<Assembly, any Error>
    do {
      outcome = .success(try await program.assemble(self))
    } catch {
      outcome = .failure(error)
    }
    // Also after a fault of the settings: what can be looked at nevertheless is told with it.
    try await validate()
    return try outcome.get()
  }

  private static func finding(_ look: () async throws -> Void) async -> Finding {
    do {
      try await look()
      return .fine
    } catch let obstacle as any Obstacle where obstacle.needsPerson {
      return .faults(["\(obstacle)"])
    } catch {
      return .waiting("\(error)")
    }
  }
}
