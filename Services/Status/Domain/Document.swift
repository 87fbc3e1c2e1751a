import Contracts
import FoundationEssentials

extension RunSnapshot {
  /// The video as others see it.
  func document(createdAt: Date, updatedAt: Date) -> VideoDocument {
    VideoDocument(
      id: videoId, userId: userId, title: title, request: request, status: status, message: message,
      progress: progress, version: version, generation: generation, createdAt: createdAt,
      updatedAt: updatedAt, durationSeconds: durationSeconds,
      provider: spec?.provider ?? request.provider ?? "local",
      model: spec?.model ?? request.model ?? "animatic", spec: spec, phases: phases, chunks: chunks,
      keys: keys, waitingOn: waitingOn, eta: eta, actions: offeredActions.map(\.rawValue), cost: cost,
      warnings: warnings, delivery: delivery, error: status == .failed ? failure : nil)
  }

  private var durationSeconds: Double {
    guard let spec else { return request.durationSeconds ?? 30 }
    return Double(spec.frameCount) / Double(max(1, spec.fps))
  }

  private var keys: VideoDocument.Keys {
    var keys = VideoDocument.Keys()
    if case .reference(let result) = result(.reference) { keys.productReference = result.image.key }
    if case .stitch(let result) = result(.stitch) {
      keys.stitched = result.video.key
      keys.poster = result.poster?.key
      keys.filmstrip = result.filmstrip?.key
      keys.filmstripVtt = result.filmstripVtt?.key
    }
    if case .music(let result) = result(.music) { keys.music = result.track.key }
    if case .mix(let result) = result(.mix) {
      keys.final = result.film.key
      keys.waveform = result.waveform?.key
      keys.delivery = result.certificate?.key
    }
    return keys
  }

  private var delivery: DeliveryCertificate? {
    if case .mix(let result) = result(.mix) { result.delivery } else { nil }
  }

  private var cost: VideoDocument.Cost {
    VideoDocument.Cost(
      budgetUSD: budget, estimatedUSD: committed + outstanding,
      reservedUSD: openSteps.reduce(.zero) { $0 + $1.grant },
      spentUSD: steps.reduce(.zero) { $0 + ($1.report?.costUSD ?? .zero) })
  }

  private var waitingOn: Waiting? {
    switch status {
    case .planned where !approved: Waiting(kind: .approval, since: statusSince)
    case .blockedBudget: Waiting(kind: .budget, since: statusSince)
    default: openSteps.lazy.compactMap { $0.report?.waitingOn }.first
    }
  }

  private var chunks: [VideoDocument.Chunk] {
    guard let spec else { return [] }
    return spec.chunks.map { plan in
      let key = StepKey.chunk(plan.index)
      var made: ChunkResult?
      if case .chunk(let result) = result(key) { made = result }
      let slot = slot(key)
      return VideoDocument.Chunk(
        index: plan.index, status: slot.name,
        startsFrom: made?.startsFrom ?? start(of: plan.index)?.0, take: made?.take ?? 0,
        takes: made?.take ?? 0, prompt: plan.prompt, directionPrompt: plan.directionPrompt,
        durationSeconds: made.map { Double($0.frameCount) / Double(max(1, $0.fps)) },
        progress: slot.progress, clipKey: made?.clip.key, lastFrameKey: made?.lastFrame.key,
        posterKey: made?.poster?.key, costUSD: spent(on: [key]),
        seam: continuedSeams?.first { $0.chunk == plan.index })
    }
  }

  private func spent(on keys: Set<StepKey>) -> MicroDollars {
    steps.reduce(.zero) { keys.contains($1.key) ? $0 + ($1.report?.costUSD ?? .zero) : $0 }
  }
}

extension RunSnapshot {
  fileprivate var phases: [VideoDocument.PhaseProgress] {
    [
      phase("plan", [.plan]), phase("reference", [.reference]), phase("chunks", chunkKeys),
      phase("stitch", [.stitch]), phase("music", [.music], skipped: !request.music.enabled),
      phase("mix", [.mix]),
    ]
  }

  private func phase(
    _ name: String, _ keys: [StepKey], skipped: Bool = false
  ) -> VideoDocument.PhaseProgress {
    let slots = keys.map(slot)
    let reports = steps.filter { keys.contains($0.key) }.compactMap(\.report)
    let status = skipped ? "skipped" : Self.status(of: slots)
    let attempts = keys.map { key in
      reports.filter { $0.step == key }.reduce(0) { $0 + max(1, $1.attempts) }
    }
    let work = reports.compactMap(\.workSeconds)
    let isOver = !slots.isEmpty && slots.allSatisfy(\.isResolved)
    return VideoDocument.PhaseProgress(
      name: name, status: status, attempts: attempts.max() ?? 0,
      startedAt: reports.compactMap(\.startedAt).min(),
      finishedAt: isOver ? reports.compactMap(\.finishedAt).max() : nil,
      workSeconds: work.isEmpty ? nil : work.reduce(0, +),
      costUSD: reports.reduce(.zero) { $0 + $1.costUSD })
  }

  private static func status(of slots: [Slot]) -> String {
    if let only = slots.first, slots.count == 1 { return only.name }
    if !slots.isEmpty, slots.allSatisfy(\.isDone) { return "succeeded" }
    let names = Set(slots.map { $0.name })
    for name in ["failed", "running", "cancelled"] where names.contains(name) { return name }
    return names.contains("succeeded") ? "running" : "pending"
  }
}

extension Slot {
  /// The wire's word for the slot.
  fileprivate var name: String {
    switch self {
    case .missing: "pending"
    case .open(let step): step.state == .queued ? "pending" : "running"
    case .done: "succeeded"
    case .failed(let step): step.state == .canceled ? "cancelled" : "failed"
    }
  }

  fileprivate var progress: Int {
    switch self {
    case .missing: 0
    case .open(let step), .failed(let step): min(99, step.report?.progress ?? 0)
    case .done: 100
    }
  }
}

extension RunSnapshot {
  /// Seconds until the film is there, by what local providers need on two cores; nil when it is over.
  fileprivate var eta: Estimate.Eta? {
    if VideoMachine.table[status].terminal || status == .cancelling { return nil }
    let length = spec?.durationSeconds ?? request.durationSeconds ?? 30
    let count = spec?.chunkCount ?? max(1, Int((length / 5).rounded(.up)))
    let chunks = spec == nil ? count : count - chunksDone
    var seconds = Double(chunks) * (spec?.chunkDurationSeconds ?? 5) * 0.6
    if spec == nil { seconds += 0.2 }
    if !referenceResolved { seconds += 1 }
    if !slot(.stitch).isDone { seconds += 0.02 * length }
    seconds += 0.5 + 0.03 * length
    return Estimate.Eta(p50: Self.tenths(seconds), p90: Self.tenths(seconds * 2))
  }

  private static func tenths(_ seconds: Double) -> Double { (seconds * 10).rounded() / 10 }
}
