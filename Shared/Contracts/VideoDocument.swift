public import FoundationEssentials

/// A video as Status knows it: with keys where the gateway shows links.
public struct VideoDocument: Codable, Sendable, Equatable {
  public struct PhaseProgress: Codable, Sendable, Equatable {
    /// `plan`, `reference`, `chunks`, `stitch`, `music` or `mix`.
    public var name: String
    /// `pending`, `running`, `succeeded`, `failed`, `cancelled` or `skipped`.
    public var status: String
    public var attempts: Int
    public var startedAt: Date?
    public var finishedAt: Date?
    /// Time in providers and media work; of all chunks together.
    public var workSeconds: Double?
    public var costUSD: MicroDollars

    public init(
      name: String, status: String, attempts: Int, startedAt: Date?, finishedAt: Date?,
      workSeconds: Double?, costUSD: MicroDollars
    ) {
      self.name = name
      self.status = status
      self.attempts = attempts
      self.startedAt = startedAt
      self.finishedAt = finishedAt
      self.workSeconds = workSeconds
      self.costUSD = costUSD
    }
  }

  public struct Chunk: Codable, Sendable, Equatable {
    public var index: Int
    /// `pending`, `running`, `succeeded`, `failed` or `cancelled`.
    public var status: String
    public var startsFrom: StartsFrom?
    /// The current take, and how many there are; 0 before the first.
    public var take: Int
    public var takes: Int
    public var prompt: String
    public var directionPrompt: String
    public var durationSeconds: Double?
    public var progress: Int
    public var clipKey: String?
    public var lastFrameKey: String?
    public var posterKey: String?
    public var costUSD: MicroDollars
    /// How it continues the chunk before it; nil for the first, and until the film is stitched.
    public var seam: Seam?

    public init(
      index: Int, status: String, startsFrom: StartsFrom?, take: Int, takes: Int, prompt: String,
      directionPrompt: String, durationSeconds: Double?, progress: Int, clipKey: String?,
      lastFrameKey: String?, posterKey: String? = nil, costUSD: MicroDollars, seam: Seam? = nil
    ) {
      self.index = index
      self.status = status
      self.startsFrom = startsFrom
      self.take = take
      self.takes = takes
      self.prompt = prompt
      self.directionPrompt = directionPrompt
      self.durationSeconds = durationSeconds
      self.progress = progress
      self.clipKey = clipKey
      self.lastFrameKey = lastFrameKey
      self.posterKey = posterKey
      self.costUSD = costUSD
      self.seam = seam
    }
  }

  /// Keys of the current take of each file; nil until it exists.
  public struct Keys: Codable, Sendable, Equatable {
    public var productReference: String?
    public var poster: String?
    public var filmstrip: String?
    public var filmstripVtt: String?
    public var waveform: String?
    public var stitched: String?
    public var music: String?
    public var final: String?
    public var delivery: String?

    public init(
      productReference: String? = nil, poster: String? = nil, filmstrip: String? = nil,
      filmstripVtt: String? = nil, waveform: String? = nil, stitched: String? = nil, music: String? = nil,
      final: String? = nil, delivery: String? = nil
    ) {
      self.productReference = productReference
      self.poster = poster
      self.filmstrip = filmstrip
      self.filmstripVtt = filmstripVtt
      self.waveform = waveform
      self.stitched = stitched
      self.music = music
      self.final = final
      self.delivery = delivery
    }
  }

  public struct Cost: Codable, Sendable, Equatable {
    public var budgetUSD: MicroDollars?
    public var estimatedUSD: MicroDollars
    public var reservedUSD: MicroDollars
    public var spentUSD: MicroDollars

    public init(
      budgetUSD: MicroDollars?, estimatedUSD: MicroDollars, reservedUSD: MicroDollars,
      spentUSD: MicroDollars
    ) {
      self.budgetUSD = budgetUSD
      self.estimatedUSD = estimatedUSD
      self.reservedUSD = reservedUSD
      self.spentUSD = spentUSD
    }
  }

  public var id: VideoID
  public var userId: String
  public var title: String?
  public var request: VideoRequest
  public var status: VideoStatus
  public var message: String
  public var progress: Int
  public var version: Int
  public var generation: Int
  public var createdAt: Date
  public var updatedAt: Date
  public var durationSeconds: Double
  public var provider: String
  public var model: String
  public var spec: Spec?
  public var phases: [PhaseProgress]
  public var chunks: [Chunk]
  public var keys: Keys
  public var waitingOn: Waiting?
  public var eta: Estimate.Eta?
  /// What the user may do now, from the table that enforces it.
  public var actions: [String]
  public var cost: Cost
  public var warnings: [Warning]
  /// What the finished film is certified to be.
  public var delivery: DeliveryCertificate?
  public var error: Failure?

  public init(
    id: VideoID, userId: String, title: String?, request: VideoRequest, status: VideoStatus,
    message: String, progress: Int, version: Int, generation: Int, createdAt: Date, updatedAt: Date,
    durationSeconds: Double, provider: String, model: String, spec: Spec?, phases: [PhaseProgress],
    chunks: [Chunk], keys: Keys, waitingOn: Waiting?, eta: Estimate.Eta?, actions: [String], cost: Cost,
    warnings: [Warning], delivery: DeliveryCertificate? = nil, error: Failure?
  ) {
    self.id = id
    self.userId = userId
    self.title = title
    self.request = request
    self.status = status
    self.message = message
    self.progress = progress
    self.version = version
    self.generation = generation
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.durationSeconds = durationSeconds
    self.provider = provider
    self.model = model
    self.spec = spec
    self.phases = phases
    self.chunks = chunks
    self.keys = keys
    self.waitingOn = waitingOn
    self.eta = eta
    self.actions = actions
    self.cost = cost
    self.warnings = warnings
    self.delivery = delivery
    self.error = error
  }
}
