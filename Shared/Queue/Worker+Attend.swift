import Artifacts
import Contracts
import FoundationEssentials
import Logging
import Metrics
import Postgres

extension Worker {
  /// How the execution of a task ended.
  private enum Outcome {
    case done(TaskResult)
    case failed(any Error)
    case stopped(Hold.Reason)
  }

  /// Executes a task and writes down how it ended.
  func attend(_ hold: Hold) async {
    var logger = logger
    logger[metadataKey: "task"] = "\(hold.task.id)"
    logger[metadataKey: "run"] = "\(hold.task.command.runId)"
    logger[metadataKey: "step"] = "\(hold.task.command.step.rawValue)"
    let context = TaskContext(store: store, hold: hold, owner: options.owner, logger: logger)
    let start = ContinuousClock.now
    async let writing: Void = context.writeProgress()
    let outcome = await outcome(hold, context)
    context.close()
    await writing
    let ending = await settle(outcome, hold, context, logger)
    let time = start.duration(to: .now)
    let phase = hold.task.command.input.phase.rawValue
    Counter(label: "longtake_tasks_total", dimensions: [("phase", phase), ("ending", ending)]).increment()
    Metrics.Timer(label: "longtake_task_seconds", dimensions: [("phase", phase)]).record(duration: time)
    var summary: Logger.Metadata = [
      "ending": "\(ending)", "attempt": "\(hold.task.attempts)", "seconds": "\(time / .seconds(1))",
      "workSeconds": "\(context.workSeconds)",
    ]
    for (name, value) in context.notes { summary[name] = "\(value)" }
    logger.info("Task ended", metadata: summary)
  }

  /// Runs the executor until it ends or has to stop.
  ///
  /// It is always waited for. A result that it has nevertheless counts, unless the lease is lost.
  private func outcome(_ hold: Hold, _ context: TaskContext) async -> Outcome {
    let task = hold.task
    if task.isCancelRequested { return .stopped(.cancelRequested) }
    guard let executor = executors[task.command.input.phase] else {
      return .failed(QueueError.foreign(task.command.input.phase))
    }
    return await withTaskGroup(of: Outcome?.self) { group in
      group.addTask {
        do {
          return .done(try await executor.execute(task, context))
        } catch {
          return .failed(error)
        }
      }
      group.addTask { await hold.stopped().map(Outcome.stopped) }
      var outcome = await group.next() ?? nil
      group.cancelAll()
      while let late = await group.next() {
        switch (outcome, late) {
        case (.stopped(let reason), .done) where reason != .leaseLost: outcome = late
        case (nil, _): outcome = late
        default: break
        }
      }
      return outcome ?? .stopped(.draining)
    }
  }

  /// Writes how a task ended; the word for it.
  private func settle(
    _ outcome: Outcome, _ hold: Hold, _ context: TaskContext, _ logger: Logger
  ) async -> String {
    let (fence, work, owner) = (hold.fence, context.workSeconds, options.owner)
    switch outcome {
    case .done(let result):
      return await persist("succeeded", hold, logger) {
        _ = try await store.finish(
          fence, .succeeded(result), workSeconds: work, owner: owner, alongside: context.alongside)
      }
    case .stopped(.cancelRequested):
      return await persist("canceled", hold, logger) {
        _ = try await store.finish(fence, .canceled, workSeconds: work, owner: owner)
      }
    case .stopped(.draining):
      return await persist("released", hold, logger) { try await store.release(fence) }
    case .stopped(.leaseLost):
      return await lost(hold, logger)
    case .failed(QueueError.leaseLost):
      return await lost(hold, logger)
    case .failed(is CancellationError):
      return await persist("released", hold, logger) { try await store.release(fence) }
    case .failed(let error):
      return await fail(error, hold, work, logger)
    }
  }

  private func fail(_ error: any Error, _ hold: Hold, _ work: Double, _ logger: Logger) async -> String {
    let (fence, owner) = (hold.fence, options.owner)
    let fault = TaskFault(whatEnded: error)
    logger.warning(
      "Task failed", metadata: ["code": "\(fault.code)", "kind": "\(fault.kind)", "error": "\(error)"])
    let attempt = hold.task.transientFaults + 2
    if fault.kind.isRetryable, attempt <= options.retries.attempts {
      let wait = options.retries.wait(before: attempt)
      let now = Date()
      let waiting = Waiting(
        kind: fault.kind == .throttled ? .rateLimit : .retry, since: now,
        until: now.addingTimeInterval(wait / .seconds(1)), attempt: attempt,
        maxAttempts: options.retries.attempts, lastError: fault.detail)
      return await persist("retried", hold, logger) {
        _ = try await store.retry(fence, after: wait, waiting: waiting, workSeconds: work, owner: owner)
      }
    }
    return await persist(fault.kind == .bug ? "quarantined" : "failed", hold, logger) {
      let ending: TaskEnding = fault.kind == .bug ? .quarantined(fault) : .failed(fault)
      _ = try await store.finish(fence, ending, workSeconds: work, owner: owner)
    }
  }

  /// Tries to write for as long as the lease is ours; if it cannot be, the next claim goes on from there.
  private func persist(
    _ ending: String, _ hold: Hold, _ logger: Logger, _ write: () async throws -> Void
  ) async -> String {
    var wait = Duration.milliseconds(50)
    while true {
      do {
        try await write()
        return ending
      } catch QueueError.leaseLost {
        return await lost(hold, logger)
      } catch let error as PostgresError where error.isTransient && !hold.isOver {
        logger.warning("An ending could not be written yet", metadata: ["error": "\(error)"])
        try? await Task.sleep(for: wait)
        wait = min(wait * 2, .seconds(2))
      } catch {
        logger.error("An ending could not be written", metadata: ["error": "\(error)"])
        return "unwritten"
      }
    }
  }

  /// Another worker has the task; or its run was deleted, and then what this one has just stored must go.
  private func lost(_ hold: Hold, _ logger: Logger) async -> String {
    do {
      guard try await store.isForgotten(hold.task.command.runId) else { return "lost" }
      try await forget(hold.task.command.runId)
      return "forgotten"
    } catch {
      logger.warning("What is left of a deleted run may remain", metadata: ["error": "\(error)"])
      return "lost"
    }
  }
}

extension TaskFault {
  /// What an error that ended an execution means for the task.
  init(whatEnded error: any Error) {
    switch error {
    case let fault as TaskFault: self = fault
    case let known as any TaskFaultConvertible: self = known.taskFault
    case let error as PostgresError where error.isTransient || error.code == .commitUnknown:
      self.init(
        code: "database_unavailable", detail: "The database could not be reached.", kind: .transient)
    case let error as ArtifactError:
      self.init(
        code: error.code == .full ? "store_full" : "store_failed", detail: error.message,
        kind: error.isTransient && (error.code == .full || !error.needsPerson) ? .transient : .config)
    default:
      self.init(
        code: "unexpected", detail: "The service came upon an error that it does not know.", kind: .bug)
    }
  }
}
