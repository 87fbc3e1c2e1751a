public import FoundationEssentials

/// Status asks a service to execute a step: the body of `PUT /v1/tasks/{taskId}`.
public struct TaskCommand: Codable, Sendable, Equatable {
  public var taskId: TaskID
  public var runId: RunID
  public var userId: String
  public var step: StepKey
  /// Counts the run's generations from 1; a retry is a new generation.
  public var generation: Int
  public var input: TaskInput
  /// The most that the task may spend.
  public var grantUSD: MicroDollars
  /// W3C `traceparent` of the request that began the run.
  public var traceparent: String?

  public init(
    taskId: TaskID, runId: RunID, userId: String, step: StepKey, generation: Int, input: TaskInput,
    grantUSD: MicroDollars, traceparent: String? = nil
  ) {
    self.taskId = taskId
    self.runId = runId
    self.userId = userId
    self.step = step
    self.generation = generation
    self.input = input
    self.grantUSD = grantUSD
    self.traceparent = traceparent
  }
}

/// How far a task is.
///
/// The state says how far the work is, the lease who may act on it.
public enum TaskState: String, Codable, Sendable, CaseIterable {
  case queued, preparing, creating
  case awaitingProvider = "awaiting_provider"
  case ingesting, verifying, succeeded, failed, canceling, canceled, quarantined

  /// Whether nothing more can happen to the task.
  public var isTerminal: Bool {
    switch self {
    case .succeeded, .failed, .canceled, .quarantined: true
    case .queued, .preparing, .creating, .awaitingProvider, .ingesting, .verifying, .canceling: false
    }
  }
}

/// A task as the service that executes it sees it: the answer to a command and the payload of every fact.
public struct TaskReport: Codable, Sendable, Equatable {
  public var taskId: TaskID
  public var runId: RunID
  public var step: StepKey
  public var generation: Int
  public var state: TaskState
  /// Grows by one with every change; a report of a version already seen says nothing new.
  public var version: Int
  /// Percent, 0…100.
  public var progress: Int
  /// How often a worker has claimed it.
  public var attempts: Int
  public var createdAt: Date
  public var startedAt: Date?
  public var finishedAt: Date?
  /// Time spent in the provider and in media work; the rest is Longtake's own.
  public var workSeconds: Double?
  public var costUSD: MicroDollars
  /// Present exactly when the task succeeded.
  public var result: TaskResult?
  /// Present exactly when the task failed or was quarantined.
  public var fault: TaskFault?
  public var waitingOn: Waiting?

  public init(
    taskId: TaskID, runId: RunID, step: StepKey, generation: Int, state: TaskState, version: Int,
    progress: Int, attempts: Int, createdAt: Date, startedAt: Date? = nil, finishedAt: Date? = nil,
    workSeconds: Double? = nil, costUSD: MicroDollars = .zero, result: TaskResult? = nil,
    fault: TaskFault? = nil, waitingOn: Waiting? = nil
  ) {
    self.taskId = taskId
    self.runId = runId
    self.step = step
    self.generation = generation
    self.state = state
    self.version = version
    self.progress = progress
    self.attempts = attempts
    self.createdAt = createdAt
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.workSeconds = workSeconds
    self.costUSD = costUSD
    self.result = result
    self.fault = fault
    self.waitingOn = waitingOn
  }
}

/// Why a task failed.
public struct TaskFault: Codable, Sendable, Equatable, Error {
  /// Stable and machine-readable, `media_unreadable`.
  public var code: String
  /// A sentence for the user.
  public var detail: String
  public var kind: FaultKind
  /// What the provider said, where it did.
  public var providerMessage: String?

  public init(code: String, detail: String, kind: FaultKind, providerMessage: String? = nil) {
    self.code = code
    self.detail = detail
    self.kind = kind
    self.providerMessage = providerMessage
  }
}

/// What a fault calls for.
public enum FaultKind: String, Codable, Sendable, CaseIterable {
  /// Passes by itself; worth trying again.
  case transient
  /// Too many requests; worth trying again later.
  case throttled
  case userInput = "user_input"
  case policy, funds, config, bug

  /// Whether the same task may succeed when tried again.
  public var isRetryable: Bool { self == .transient || self == .throttled }
}

/// What a task or a run waits for.
public struct Waiting: Codable, Sendable, Equatable {
  public enum Kind: String, Codable, Sendable, CaseIterable {
    case provider
    case rateLimit = "rate_limit"
    case retry, approval, budget, slot
  }

  public var kind: Kind
  public var since: Date
  public var until: Date?
  public var attempt: Int?
  public var maxAttempts: Int?
  public var lastError: String?

  public init(
    kind: Kind, since: Date, until: Date? = nil, attempt: Int? = nil, maxAttempts: Int? = nil,
    lastError: String? = nil
  ) {
    self.kind = kind
    self.since = since
    self.until = until
    self.attempt = attempt
    self.maxAttempts = maxAttempts
    self.lastError = lastError
  }
}

/// What is asked of a running task: the body of `PUT /v1/tasks/{id}/requested-status`.
public struct TaskSignal: Codable, Sendable, Equatable {
  public enum RequestedStatus: String, Codable, Sendable, CaseIterable {
    case cancel
  }

  public var requestedStatus: RequestedStatus

  public init(requestedStatus: RequestedStatus) { self.requestedStatus = requestedStatus }
}

/// A fact: something that has happened to a task, published by the service that owns it.
public struct Fact: Codable, Sendable, Equatable {
  public static let type = "task.changed"

  /// The same for the same task and version, however often it is published.
  public var eventId: EventID
  public var report: TaskReport
  public var traceparent: String?

  public init(report: TaskReport, traceparent: String? = nil) {
    self.eventId = EventID(task: report.taskId, version: report.version)
    self.report = report
    self.traceparent = traceparent
  }
}

/// One page of `GET /v1/facts?after=`.
public struct FactPage: Codable, Sendable, Equatable {
  public var facts: [Fact]
  /// Where the next page begins: opaque, `{txid}:{id}` of the last row served.
  public var next: String

  public init(facts: [Fact], next: String) {
    self.facts = facts
    self.next = next
  }
}

/// The names under which services meet in Redis.
public enum Channel {
  /// The stream that a service publishes its facts to.
  public static func facts(of service: ServiceName) -> String { "ev:\(service.rawValue)" }
  /// The field of a stream entry that holds a `Fact` as JSON.
  public static let factField = "fact"
  /// Wakes every replica of a service that may find a task now.
  public static func wake(_ service: ServiceName) -> String { "wake:\(service.rawValue)" }
  /// Tells gateways that a user's feed has grown; the payload is the user.
  public static let feed = "feed"
}
