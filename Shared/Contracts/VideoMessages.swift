public import FoundationEssentials

/// The states of a video, in the order in which it passes them.
public enum VideoStatus: String, Codable, Sendable, CaseIterable {
  case pending, planning, planned
  case generatingReferences = "generating_references"
  case generatingChunks = "generating_chunks"
  case stitching, mixing, completed
  case blockedBudget = "blocked_budget"
  case cancelling, cancelled, failed
}

/// What a user may ask of a video: the body of `PUT /v1/videos/{id}/actions/{actionId}`.
public enum VideoAction: String, Codable, Sendable, CaseIterable {
  case approve, cancel, retry, mix, delete
}

/// The gateway asks Status for a video: the body of `PUT /v1/videos/{id}`.
public struct CreateVideo: Codable, Sendable, Equatable {
  public var request: VideoRequest
  public var traceparent: String?

  public init(request: VideoRequest, traceparent: String? = nil) {
    self.request = request
    self.traceparent = traceparent
  }
}

/// The body of `PUT /v1/videos/{id}/actions/{actionId}`.
public struct ActOnVideo: Codable, Sendable, Equatable {
  public var action: VideoAction
  /// The version that the caller has seen, where the action depends on it.
  public var expectedVersion: Int?

  public init(action: VideoAction, expectedVersion: Int? = nil) {
    self.action = action
    self.expectedVersion = expectedVersion
  }
}

/// The body of `PATCH /v1/videos/{id}`; nil changes nothing.
public struct ChangeVideo: Codable, Sendable, Equatable {
  public var title: String?
  public var budgetUSD: MicroDollars?
  public var expectedVersion: Int?

  public init(title: String? = nil, budgetUSD: MicroDollars? = nil, expectedVersion: Int? = nil) {
    self.title = title
    self.budgetUSD = budgetUSD
    self.expectedVersion = expectedVersion
  }
}

/// Something that did not go as asked and stopped nothing.
public struct Warning: Codable, Sendable, Equatable, Hashable {
  public var code: String
  public var phase: String
  public var detail: String

  public init(code: String, phase: String, detail: String) {
    self.code = code
    self.phase = phase
    self.detail = detail
  }
}

/// Why a video failed.
public struct Failure: Codable, Sendable, Equatable {
  public var code: String
  public var phase: String
  public var detail: String
  public var retryable: Bool
  public var providerMessage: String?

  public init(code: String, phase: String, detail: String, retryable: Bool, providerMessage: String? = nil) {
    self.code = code
    self.phase = phase
    self.detail = detail
    self.retryable = retryable
    self.providerMessage = providerMessage
  }
}

/// A page of a list; `nextCursor` is nil on the last one.
public struct Page<Item: Codable & Sendable>: Codable, Sendable {
  public var items: [Item]
  public var nextCursor: String?

  public init(items: [Item], nextCursor: String?) {
    self.items = items
    self.nextCursor = nextCursor
  }
}

extension Page: Equatable where Item: Equatable {}

/// What a video would cost and take: the answer of Planner's `POST /v1/estimate`.
public struct Estimate: Codable, Sendable, Equatable {
  public struct Cost: Codable, Sendable, Equatable {
    public var min: MicroDollars
    public var expected: MicroDollars
    public var max: MicroDollars
    public var byPhase: [String: MicroDollars]

    public init(min: MicroDollars, expected: MicroDollars, max: MicroDollars, byPhase: [String: MicroDollars])
    {
      self.min = min
      self.expected = expected
      self.max = max
      self.byPhase = byPhase
    }
  }

  /// Seconds until the film is there, as the half and nine of ten films need.
  public struct Eta: Codable, Sendable, Equatable {
    public var p50: Double
    public var p90: Double

    public init(p50: Double, p90: Double) {
      self.p50 = p50
      self.p90 = p90
    }
  }

  public var chunkCount: Int
  public var chunkDurationSeconds: Double
  public var trimmedSeconds: Double
  public var cost: Cost
  public var etaSeconds: Eta

  public init(
    chunkCount: Int, chunkDurationSeconds: Double, trimmedSeconds: Double, cost: Cost, etaSeconds: Eta
  ) {
    self.chunkCount = chunkCount
    self.chunkDurationSeconds = chunkDurationSeconds
    self.trimmedSeconds = trimmedSeconds
    self.cost = cost
    self.etaSeconds = etaSeconds
  }
}

/// One step of an entity from state to state.
public struct Transition: Codable, Sendable, Equatable {
  public var from: String?
  public var to: String
  public var at: Date
  public var actor: String
  public var version: Int
  public var generation: Int
  public var detail: String?

  public init(
    from: String?, to: String, at: Date, actor: String, version: Int, generation: Int, detail: String?
  ) {
    self.from = from
    self.to = to
    self.at = at
    self.actor = actor
    self.version = version
    self.generation = generation
    self.detail = detail
  }
}

/// A row of the ledger, never changed once written.
public struct LedgerEntry: Codable, Sendable, Equatable {
  public enum Kind: String, Codable, Sendable, CaseIterable {
    case reserve, settle, release, suspected
  }

  public var kind: Kind
  public var amountUSD: MicroDollars
  public var stepKey: StepKey
  public var provider: String
  public var at: Date

  public init(kind: Kind, amountUSD: MicroDollars, stepKey: StepKey, provider: String, at: Date) {
    self.kind = kind
    self.amountUSD = amountUSD
    self.stepKey = stepKey
    self.provider = provider
    self.at = at
  }
}

/// An entry of a user's feed.
///
/// `seq` counts from 1 per user without a gap.
public struct FeedEntry: Codable, Sendable, Equatable {
  public var seq: Int
  /// The kind of entity: `video`, and later `project`, `scene`, `node`, `job`, `clip`.
  public var type: String
  public var id: String
  public var status: String
  public var progress: Int
  public var message: String
  public var version: Int
  public var at: Date

  public init(
    seq: Int, type: String, id: String, status: String, progress: Int, message: String, version: Int,
    at: Date
  ) {
    self.seq = seq
    self.type = type
    self.id = id
    self.status = status
    self.progress = progress
    self.message = message
    self.version = version
    self.at = at
  }
}

/// A page of `GET /v1/feed?after=&limit=&type=&id=`.
public struct FeedPage: Codable, Sendable, Equatable {
  public var entries: [FeedEntry]
  /// The user's newest number, 0 before the first.
  public var lastSeq: Int
  /// The oldest number still kept; a cursor below it minus one cannot be resumed.
  public var firstSeq: Int

  public init(entries: [FeedEntry], lastSeq: Int, firstSeq: Int) {
    self.entries = entries
    self.lastSeq = lastSeq
    self.firstSeq = firstSeq
  }
}

/// What is left of a deleted video: the answer of `GET /v1/deletions/{videoId}`.
public struct DeletionReceipt: Codable, Sendable, Equatable {
  /// `erasing` until every service has forgotten the video, then `erased`.
  public var status: String
  public var requestedAt: Date
  public var finishedAt: Date?
  /// The services that still have to answer.
  public var waitingFor: [ServiceName]

  public init(status: String, requestedAt: Date, finishedAt: Date?, waitingFor: [ServiceName]) {
    self.status = status
    self.requestedAt = requestedAt
    self.finishedAt = finishedAt
    self.waitingFor = waitingFor
  }
}

/// A template as `GET /api/templates` shows it.
public struct TemplateDescription: Codable, Sendable, Equatable {
  public struct Defaults: Codable, Sendable, Equatable {
    public var beats: [String]
    public var style: StyleSpec
    public var product: ProductSpec
    public var audio: AudioSpec

    public init(beats: [String], style: StyleSpec, product: ProductSpec, audio: AudioSpec) {
      self.beats = beats
      self.style = style
      self.product = product
      self.audio = audio
    }
  }

  public var id: String
  public var name: String
  public var description: String
  public var defaults: Defaults

  public init(id: String, name: String, description: String, defaults: Defaults) {
    self.id = id
    self.name = name
    self.description = description
    self.defaults = defaults
  }
}
