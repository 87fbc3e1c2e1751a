import Contracts
import FoundationEssentials

/// One transaction's work on a run: what came in, what follows from it, and what of that can be seen.
struct Turn: Sendable {
  /// What others see of one version.
  struct Shown: Sendable, Equatable {
    let version: Int
    let generation: Int
    let status: VideoStatus
    let progress: Int
    let message: String
    /// The edge that made the version, where one did.
    let move: Move?
  }

  let before: RunSnapshot
  let now: Date
  private(set) var run: RunSnapshot
  private(set) var shown: [Shown] = []
  private(set) var commands: [Command] = []
  private var changed = false

  /// The steps that begin.
  var dispatches: [Dispatch] {
    commands.compactMap { if case .dispatch(let dispatch) = $0 { dispatch } else { nil } }
  }

  init(_ run: RunSnapshot, now: Date) {
    before = run
    self.run = run
    self.now = now
  }

  /// The first turn of a run that does not exist yet.
  static func creating(_ run: RunSnapshot, now: Date) -> Turn {
    var turn = Turn(run, now: now)
    turn.show(nil)
    turn.finish()
    return turn
  }

  mutating func record(_ report: TaskReport, pricing: (Spec) -> Prices) -> RunSnapshot.Recorded {
    let recorded = run.record(report)
    if case .news = recorded, isVisible(report) { changed = true }
    if before.spec == nil, let spec = run.spec { run.prices = pricing(spec) }
    finish()
    return recorded
  }

  /// A task that is merely there, waiting, is what a step without a report shows already.
  private func isVisible(_ report: TaskReport) -> Bool {
    let isKnown = before.steps.contains { $0.key == report.step && $0.report != nil }
    return isKnown || report.state != .queued || report.progress > 0 || report.waitingOn != nil
  }

  mutating func request(_ action: VideoAction) -> Verdict {
    let verdict = run.request(action, now: now)
    if case .accepted(let move) = verdict {
      changed = true
      if let move { show(move) }
    }
    finish()
    return verdict
  }

  /// False when the cap is below what is committed already; then nothing is changed.
  mutating func change(title: String?, budget: MicroDollars?) -> Bool {
    if let budget {
      guard let verdict = run.raise(budget: budget) else { return false }
      if verdict != .unchanged { changed = true }
    }
    if let title, title != run.title {
      run.title = title
      changed = true
    }
    finish()
    return true
  }

  /// Does what follows.
  mutating func finish() {
    for command in advance(run, now: now) {
      run.apply(command)
      commands.append(command)
      if case .move(let move) = command { show(move) }
    }
    if changed && shown.isEmpty {
      run.touch()
      show(nil)
    }
  }

  private mutating func show(_ move: Move?) {
    shown.append(
      Shown(
        version: run.version, generation: run.generation, status: run.status, progress: run.progress,
        message: run.message, move: move))
  }
}
