import Contracts
import FoundationEssentials

/// A step of a run: one task, sent to the service that executes it.
struct Step: Sendable, Equatable {
  let key: StepKey
  let generation: Int
  /// The most that the task may spend.
  var grant: MicroDollars
  var cancelRequested = false
  /// Its result is to be made again; it stays in use until then.
  var superseded = false
  /// The newest report; nil until the service has answered.
  var report: TaskReport?

  var state: TaskState { report?.state ?? .queued }
  var isOpen: Bool { !state.isTerminal }
  var succeeded: Bool { state == .succeeded }
  /// What counts against the budget: the grant while it may be spent, then what was spent of it.
  var committed: MicroDollars { isOpen ? grant : min(grant, report?.costUSD ?? .zero) }
}

/// What the steps of a run may cost at most.
struct Prices: Codable, Sendable, Equatable {
  var plan = MicroDollars.zero
  var reference = MicroDollars.zero
  var chunk = MicroDollars.zero
  var music = MicroDollars.zero

  static let free = Self()

  subscript(key: StepKey) -> MicroDollars {
    switch key {
    case .plan: plan
    case .reference: reference
    case .chunk: chunk
    case .music: music
    case .stitch, .mix: .zero
    }
  }
}

/// Everything that decides what happens next to a video.
struct RunSnapshot: Sendable, Equatable {
  let id: RunID
  let userId: String
  let request: VideoRequest
  let traceparent: String?
  var title: String?
  var status = VideoStatus.pending
  /// Where a run returns to when the budget allows; set exactly while it is blocked.
  var blockedFrom: VideoStatus?
  var statusSince: Date
  /// Counts from 1; a retry opens the next.
  var generation = 1
  /// Grows by one with every change that can be seen.
  var version = 1
  var progress = 0
  var approved: Bool
  var budget: MicroDollars?
  var prices = Prices.free
  var spec: Spec?
  /// Nobody sees the video any more; what runs is cancelled and awaited.
  var deleting = false
  /// The services have been asked to forget the run.
  var erasing = false
  /// Every step of every generation, in the order of dispatch.
  var steps: [Step] = []

  init(id: RunID, userId: String, request: VideoRequest, traceparent: String? = nil, now: Date) {
    self.id = id
    self.userId = userId
    self.request = request
    self.traceparent = traceparent
    statusSince = now
    approved = request.approval == .auto
    budget = request.budgetUSD
  }

  var videoId: VideoID { VideoID(id.uuid) }
  var openSteps: [Step] { steps.filter(\.isOpen) }
  var committed: MicroDollars { steps.reduce(.zero) { $0 + $1.committed } }

  func taskId(of step: Step) -> TaskID { TaskID(run: id, step: step.key, generation: step.generation) }
}

/// Where the work for a step's key stands.
enum Slot: Sendable, Equatable {
  /// Nothing usable is there or on its way.
  case missing
  case open(Step)
  case done(Step)
  /// Ended without a result in the present generation.
  case failed(Step)

  var isMissing: Bool { self == .missing }
  var isDone: Bool { if case .done = self { true } else { false } }
  var isFailed: Bool { if case .failed = self { true } else { false } }
  /// Nothing more will come of it in this generation.
  var isResolved: Bool { isDone || isFailed }
}

extension RunSnapshot {
  /// What succeeded stays, what still runs is awaited, what failed in an earlier generation is missing.
  func slot(_ key: StepKey) -> Slot {
    let index = steps.lastIndex { $0.key == key && $0.succeeded && !$0.superseded }
    if let index { return .done(steps[index]) }
    guard let last = steps.lastIndex(where: { $0.key == key }), !steps[last].superseded else {
      return .missing
    }
    if steps[last].isOpen { return .open(steps[last]) }
    return steps[last].generation == generation ? .failed(steps[last]) : .missing
  }

  /// The newest result for a key, also one that is being made again.
  func result(_ key: StepKey) -> TaskResult? {
    steps.last { $0.key == key && $0.succeeded }?.report?.result
  }

  var chunkKeys: [StepKey] { spec.map { $0.chunks.map { .chunk($0.index) } } ?? [] }
  var chunksDone: Int { chunkKeys.count { slot($0).isDone } }
  var allChunksDone: Bool { spec != nil && chunksDone == chunkKeys.count }
  var musicResolved: Bool { !request.music.enabled || slot(.music).isResolved }

  /// Only chunks that are still to be made start on the reference.
  var referenceNeeded: Bool {
    switch request.continuity {
    case .continuation: !slot(.chunk(0)).isDone
    case .independent: !allChunksDone
    }
  }

  var referenceResolved: Bool { slot(.reference).isResolved || !referenceNeeded }

  /// How far the results reach, whatever the status says.
  var reached: VideoStatus {
    guard spec != nil else { return steps.contains { $0.report != nil } ? .planning : .pending }
    if !approved { return .planned }
    if !referenceResolved { return .generatingReferences }
    if !allChunksDone { return .generatingChunks }
    if !slot(.stitch).isDone { return .stitching }
    return slot(.mix).isDone ? .completed : .mixing
  }
}

extension RunSnapshot {
  /// What a report told.
  enum Recorded: Sendable, Equatable {
    /// Something new; `gap` when reports in between were missed.
    case news(gap: Bool)
    /// Seen before, or later than the step's end.
    case stale
    /// Of no step of this run.
    case unknown
  }

  /// Takes a report in, in whatever order and however often reports come.
  mutating func record(_ report: TaskReport) -> Recorded {
    let index = steps.firstIndex { $0.key == report.step && $0.generation == report.generation }
    guard let index, report.taskId == taskId(of: steps[index]) else { return .unknown }
    let seen = steps[index].report
    guard steps[index].isOpen, report.version > seen?.version ?? -1 else { return .stale }
    var report = report.provingItsResult
    if case .plan(let result) = report.result {
      spec = spec ?? result.spec
      report.result = nil
    }
    if deleting { report.result = nil }
    steps[index].report = report
    return .news(gap: seen.map { report.version > $0.version + 1 } ?? false)
  }
}

extension TaskReport {
  /// A success without the result that its step is for is a failure: statuses describe, artifacts decide.
  fileprivate var provingItsResult: Self {
    guard state == .succeeded, result?.phase != step.phase else { return self }
    var report = self
    report.state = .failed
    report.result = nil
    report.fault = TaskFault(
      code: "result_missing", detail: "The task ended without the result that it was for.", kind: .bug)
    return report
  }
}

extension TaskResult {
  fileprivate var phase: Phase {
    switch self {
    case .plan: .plan
    case .reference: .reference
    case .chunk: .chunk
    case .stitch: .stitch
    case .music: .music
    case .mix: .mix
    }
  }
}

extension StepKey {
  fileprivate var phase: Phase {
    switch self {
    case .plan: .plan
    case .reference: .reference
    case .chunk: .chunk
    case .stitch: .stitch
    case .music: .music
    case .mix: .mix
    }
  }
}
