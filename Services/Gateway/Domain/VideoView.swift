import Contracts
import FoundationEssentials

/// A video as the public API shows it.
struct VideoView: Encodable, Sendable, Equatable {
  struct SpecView: Encodable, Sendable, Equatable {
    var template: String
    var durationSeconds: Double
    var frameCount: Int
    var fps: Int
    var width: Int
    var height: Int
    var chunkCount: Int
    var chunkDurationSeconds: Double
    var beats: [Beat]
    var style: StyleSpec
    var product: ProductSpec
    var audio: AudioSpec
    var notes: [String]
    var seed: Int
  }

  struct Phase: Encodable, Sendable, Equatable {
    var name: String
    var status: String
    var attempts: Int
    @Present var startedAt: Date?
    @Present var finishedAt: Date?
    @Present var workSeconds: Double?
    var costUSD: MicroDollars
  }

  struct Chunk: Encodable, Sendable, Equatable {
    var index: Int
    var status: String
    @Present var mode: String?
    @Present var startsFrom: StartsFrom?
    var take: Int
    var takes: Int
    var progress: Int
    var prompt: String
    var directionPrompt: String
    @Present var durationSeconds: Double?
    @Present var url: String?
    @Present var lastFrameUrl: String?
    @Present var posterUrl: String?
    var costUSD: MicroDollars
    @Present var seam: SeamView?
  }

  /// How a chunk continues the one before it.
  struct SeamView: Encodable, Sendable, Equatable {
    var relativePsnrDb: Double
    var ssim: Double
    var deltaY: Double
    var deltaU: Double
    var deltaV: Double
    @Present var motionRatio: Double?
    var verdict: Seam.Verdict
  }

  /// What the finished film is certified to be, and where the certificate is.
  struct DeliveryView: Encodable, Sendable, Equatable {
    @Present var url: String?
    var verdict: DeliveryCertificate.Verdict
    var bytes: Int
    var sha256: String
    var checks: [DeliveryCheck]
  }

  struct URLs: Encodable, Sendable, Equatable {
    @Present var productReference: String?
    @Present var poster: String?
    @Present var filmstrip: String?
    @Present var filmstripVtt: String?
    @Present var waveform: String?
    @Present var stitched: String?
    @Present var music: String?
    @Present var final: String?
  }

  struct WaitingView: Encodable, Sendable, Equatable {
    var kind: Waiting.Kind
    var since: Date
    @Present var until: Date?
    @Present var attempt: Int?
    @Present var maxAttempts: Int?
    @Present var lastError: String?
  }

  struct Cost: Encodable, Sendable, Equatable {
    @Present var budgetUSD: MicroDollars?
    var estimatedUSD: MicroDollars
    var reservedUSD: MicroDollars
    var spentUSD: MicroDollars
  }

  var id: VideoID
  @Present var title: String?
  var prompt: String
  var status: VideoStatus
  var message: String
  var progress: Int
  var version: Int
  var createdAt: Date
  var updatedAt: Date
  var durationSeconds: Double
  var provider: String
  var model: String
  var generation: Int
  @Present var spec: SpecView?
  var phases: [Phase]
  var chunks: [Chunk]
  var urls: URLs
  @Present var waitingOn: WaitingView?
  @Present var etaSeconds: Estimate.Eta?
  var actions: [String]
  var cost: Cost
  var warnings: [Warning]
  @Present var promotedFrom: VideoID?
  @Present var delivery: DeliveryView?
  @Present var error: Failure?
}

extension VideoView {
  /// Shows a document; keys become links, and nothing else is decided here.
  init(_ document: VideoDocument, links: Links) {
    self.init(
      id: document.id, title: document.title, prompt: document.request.prompt, status: document.status,
      message: document.message, progress: document.progress, version: document.version,
      createdAt: document.createdAt, updatedAt: document.updatedAt,
      durationSeconds: document.durationSeconds, provider: document.provider, model: document.model,
      generation: document.generation, spec: document.spec.map(SpecView.init),
      phases: document.phases.map(Phase.init), chunks: document.chunks.map { Chunk($0, links: links) },
      urls: URLs(document.keys, links: links), waitingOn: document.waitingOn.map(WaitingView.init),
      etaSeconds: document.eta, actions: document.actions, cost: Cost(document.cost),
      warnings: document.warnings, promotedFrom: nil,
      delivery: document.delivery.map { DeliveryView($0, url: links.url(document.keys.delivery)) },
      error: document.error)
  }
}

extension VideoView.SpecView {
  init(_ spec: Spec) {
    self.init(
      template: spec.template, durationSeconds: spec.durationSeconds, frameCount: spec.frameCount,
      fps: spec.fps, width: spec.width, height: spec.height, chunkCount: spec.chunkCount,
      chunkDurationSeconds: spec.chunkDurationSeconds, beats: spec.beats, style: spec.style,
      product: spec.product, audio: spec.audio, notes: spec.notes, seed: spec.seed)
  }
}

extension VideoView.Phase {
  init(_ phase: VideoDocument.PhaseProgress) {
    self.init(
      name: phase.name, status: phase.status, attempts: phase.attempts, startedAt: phase.startedAt,
      finishedAt: phase.finishedAt, workSeconds: phase.workSeconds, costUSD: phase.costUSD)
  }
}

extension VideoView.Chunk {
  init(_ chunk: VideoDocument.Chunk, links: Links) {
    self.init(
      index: chunk.index, status: chunk.status,
      mode: chunk.startsFrom.map { $0 == .nothing ? "text-to-video" : "image-to-video" },
      startsFrom: chunk.startsFrom, take: chunk.take, takes: chunk.takes, progress: chunk.progress,
      prompt: chunk.prompt, directionPrompt: chunk.directionPrompt, durationSeconds: chunk.durationSeconds,
      url: links.url(chunk.clipKey), lastFrameUrl: links.url(chunk.lastFrameKey),
      posterUrl: links.url(chunk.posterKey), costUSD: chunk.costUSD,
      seam: chunk.seam.map(VideoView.SeamView.init))
  }
}

extension VideoView.SeamView {
  init(_ seam: Seam) {
    self.init(
      relativePsnrDb: seam.relativePsnrDb, ssim: seam.ssim, deltaY: seam.deltaY, deltaU: seam.deltaU,
      deltaV: seam.deltaV, motionRatio: seam.motionRatio, verdict: seam.verdict)
  }
}

extension VideoView.DeliveryView {
  init(_ certificate: DeliveryCertificate, url: String?) {
    self.init(
      url: url, verdict: certificate.verdict, bytes: certificate.bytes, sha256: certificate.sha256,
      checks: certificate.checks)
  }
}

extension VideoView.URLs {
  init(_ keys: VideoDocument.Keys, links: Links) {
    self.init(
      productReference: links.url(keys.productReference), poster: links.url(keys.poster),
      filmstrip: links.url(keys.filmstrip), filmstripVtt: links.url(keys.filmstripVtt),
      waveform: links.url(keys.waveform), stitched: links.url(keys.stitched), music: links.url(keys.music),
      final: links.url(keys.final))
  }
}

extension VideoView.WaitingView {
  init(_ waiting: Waiting) {
    self.init(
      kind: waiting.kind, since: waiting.since, until: waiting.until, attempt: waiting.attempt,
      maxAttempts: waiting.maxAttempts, lastError: waiting.lastError)
  }
}

extension VideoView.Cost {
  init(_ cost: VideoDocument.Cost) {
    self.init(
      budgetUSD: cost.budgetUSD, estimatedUSD: cost.estimatedUSD, reservedUSD: cost.reservedUSD,
      spentUSD: cost.spentUSD)
  }
}
