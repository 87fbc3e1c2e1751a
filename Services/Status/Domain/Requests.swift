import Contracts
import FoundationEssentials

/// What a request did.
enum Verdict: Sendable, Equatable {
  /// `move` when the request itself took an edge.
  case accepted(Move?)
  /// Legal, and nothing is to be done.
  case unchanged
  /// Refused; these are the actions that are legal now.
  case illegal(allowed: [VideoAction])
}

/// Which action is legal in which status.
enum VideoActions {
  static func states(of action: VideoAction) -> Set<VideoStatus> {
    switch action {
    case .approve: [.planned]
    // A second cancel finds what it asks for: it changes nothing.
    case .cancel: Set(VideoMachine.working + [.blockedBudget, .cancelling, .cancelled])
    case .retry: [.failed, .cancelled, .completed]
    case .mix: [.completed]
    case .delete: Set(VideoStatus.allCases)
    }
  }
}

extension RunSnapshot {
  /// The actions that are legal now.
  var legalActions: [VideoAction] {
    VideoAction.allCases.filter {
      VideoActions.states(of: $0).contains(status) && !($0 == .approve && approved)
    }
  }

  /// The legal actions that would change something, deletion aside.
  var offeredActions: [VideoAction] {
    legalActions.filter { action in
      switch action {
      case .approve, .mix: true
      case .cancel: status != .cancelling && status != .cancelled
      case .retry: status != .completed || musicMissing
      case .delete: false
      }
    }
  }

  private var musicMissing: Bool { request.music.enabled && result(.music) == nil }

  /// Takes a user's request in; `advance` does what follows from it.
  mutating func request(_ action: VideoAction, now: Date) -> Verdict {
    guard legalActions.contains(action) else { return .illegal(allowed: legalActions) }
    switch action {
    case .approve:
      approved = true
      return .accepted(nil)
    case .cancel:
      if status == .cancelling || status == .cancelled { return .unchanged }
      return .accepted(move(to: .cancelling, now))
    case .retry:
      if status == .completed && !musicMissing { return .unchanged }
      return .accepted(openGeneration(now))
    case .mix:
      return .accepted(openGeneration(now))
    case .delete:
      if deleting { return .unchanged }
      deleting = true
      let isWorking = VideoMachine.working.contains(status) || status == .blockedBudget
      return .accepted(isWorking ? move(to: .cancelling, now) : nil)
    }
  }

  /// Sets the cap; nil when the run has committed more than that already.
  mutating func raise(budget: MicroDollars) -> Verdict? {
    guard committed <= budget else { return nil }
    if self.budget == budget { return .unchanged }
    self.budget = budget
    return .accepted(nil)
  }

  /// Begins the next generation at the first step that is missing.
  ///
  /// A finished film is mixed again; the old one stays until the new one is there.
  private mutating func openGeneration(_ now: Date) -> Move {
    if status == .completed {
      for index in steps.indices where steps[index].key == .mix { steps[index].superseded = true }
    }
    generation += 1
    progress = 0
    let first = VideoMachine.position(of: .planning) ?? 0
    let last = VideoMachine.position(of: .mixing) ?? first
    let entrance = min(max(VideoMachine.position(of: reached) ?? first, first), last)
    return move(to: VideoMachine.chain[entrance], now)
  }

  private mutating func move(to: VideoStatus, _ now: Date) -> Move {
    let move = Move(from: status, to: to, by: .user, at: now)
    apply(.move(move))
    return move
  }
}
