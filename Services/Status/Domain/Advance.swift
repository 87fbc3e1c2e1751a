import Contracts
import FoundationEssentials

/// What is to happen to a run next.
enum Command: Sendable, Equatable {
  case move(Move)
  case dispatch(Dispatch)
  /// Ask the service to cancel this task.
  case cancel(StepKey, generation: Int)
  /// Ask every service to forget the run.
  case erase
}

/// One edge of the video machine, taken.
struct Move: Sendable, Equatable {
  let from: VideoStatus
  let to: VideoStatus
  let by: Actor
  let at: Date
  var detail: String?
}

/// A step that can be worked on now.
struct Dispatch: Sendable, Equatable {
  let key: StepKey
  let input: TaskInput
  let grant: MicroDollars
}

/// Everything that follows from what is known of a run, in order; nothing when nothing does.
///
/// Level-triggered: it asks where the run stands and not what has just happened, so it may be called at any
/// time, and once its commands are applied it has no more.
func advance(_ run: RunSnapshot, now: Date) -> [Command] {
  var run = run
  var commands: [Command] = []
  while true {
    let next = run.next(now: now)
    if next.isEmpty { return commands }
    for command in next { run.apply(command) }
    commands += next
  }
}

extension RunSnapshot {
  /// Puts a command into effect.
  mutating func apply(_ command: Command) {
    switch command {
    case .move(let move):
      blockedFrom = move.to == .blockedBudget ? move.from : nil
      status = move.to
      statusSince = move.at
      touch()
    case .dispatch(let dispatch):
      steps.append(Step(key: dispatch.key, generation: generation, grant: dispatch.grant))
    case .cancel(let key, let generation):
      for index in steps.indices where steps[index].key == key && steps[index].generation == generation {
        steps[index].cancelRequested = true
      }
    case .erase:
      erasing = true
    }
  }

  /// Counts a change that can be seen.
  mutating func touch() {
    version += 1
    progress = max(progress, derivedProgress)
  }

  fileprivate func next(now: Date) -> [Command] {
    switch status {
    case .completed, .cancelled, .failed: deleting ? ending : []
    case .cancelling:
      openSteps.isEmpty ? [move(to: .cancelled, now)] : cancellations
    case .blockedBudget:
      if let failure { [move(to: .failed, now, failure.detail)] } else { unblocking(now) }
    case .pending, .planning, .planned, .generatingReferences, .generatingChunks, .stitching, .mixing:
      if let failure { [move(to: .failed, now, failure.detail)] } else { working(now) }
    }
  }

  private var cancellations: [Command] {
    openSteps.filter { !$0.cancelRequested }.map { .cancel($0.key, generation: $0.generation) }
  }

  private var ending: [Command] {
    openSteps.isEmpty ? (erasing ? [] : [.erase]) : cancellations
  }

  private func working(_ now: Date) -> [Command] {
    if let position = VideoMachine.position(of: status),
      let goal = VideoMachine.position(of: reached), position < goal
    {
      return [move(to: VideoMachine.chain[position + 1], now)]
    }
    let wanted = wanted
    if wanted.isEmpty { return [] }
    return fitsBudget ? wanted.map(Command.dispatch) : [move(to: .blockedBudget, now)]
  }

  private func unblocking(_ now: Date) -> [Command] {
    guard let blockedFrom, wanted.isEmpty || fitsBudget else { return [] }
    return [move(to: blockedFrom, now)]
  }

  private func move(to: VideoStatus, _ now: Date, _ detail: String? = nil) -> Command {
    .move(Move(from: status, to: to, by: .conductor, at: now, detail: detail))
  }
}

extension RunSnapshot {
  /// What is still to be spent for certain: the grants of everything that is missing.
  var outstanding: MicroDollars {
    guard spec != nil else { return slot(.plan).isMissing ? prices[.plan] : .zero }
    var keys = chunkKeys + [.stitch, .mix]
    if referenceNeeded { keys.append(.reference) }
    if request.music.enabled { keys.append(.music) }
    return keys.filter { slot($0).isMissing }.reduce(.zero) { $0 + prices[$1] }
  }

  /// Whether the video can be finished within its budget: nothing is begun that cannot be.
  private var fitsBudget: Bool { budget.map { committed + outstanding <= $0 } ?? true }

  /// Why the run cannot go on; music and the reference are done without.
  var failure: Failure? {
    let needed: [StepKey] = [.plan] + chunkKeys + [.stitch, .mix]
    for key in needed {
      if case .failed(let step) = slot(key) { return Failure(step) }
    }
    return nil
  }
}

extension Failure {
  fileprivate init(_ step: Step) {
    let fault = step.report?.fault
    self.init(
      code: fault?.code ?? "task_\(step.state.rawValue)", phase: step.key.phaseName,
      detail: fault?.detail ?? "The task ended as \(step.state.rawValue) without a result.",
      retryable: fault?.kind.isRetryable ?? true, providerMessage: fault?.providerMessage)
  }
}

extension StepKey {
  /// The name of the phase that the step belongs to, as `VideoDocument.phases` names it.
  var phaseName: String {
    if case .chunk = self { "chunks" } else { rawValue }
  }
}
