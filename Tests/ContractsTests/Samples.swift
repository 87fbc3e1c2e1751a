import Contracts
import FoundationEssentials

/// One value of each message, with every member set.
enum Samples {
  static let instant = Date(timeIntervalSince1970: 1_795_246_020)
  static let run = uuid("0b5e8a52-6f0e-4c7e-9d0b-3d1f6a1c2e01")
  static let task = TaskID(run: RunID(run), step: .chunk(3), generation: 2)
  static let video = VideoID(run)
  static let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
  static let clip = ArtifactReference(
    key: "local/videos/x/chunk_03.mp4", bytes: 123_456, sha256: String(repeating: "ab", count: 32))
  static let image = ArtifactReference(
    key: "local/videos/x/product_reference.png", bytes: 99, sha256: String(repeating: "cd", count: 32))

  static let request = VideoRequest(
    prompt: "A red vintage car crosses the desert at dusk", durationSeconds: 30, template: "product_showcase",
    model: "animatic", provider: "local", aspectRatio: .wide, continuity: .continuation,
    music: MusicRequest(enabled: true, style: "cinematic", tempo: "slow", mood: "warm", volume: 0.7),
    referenceAssetIds: ["a1"], approval: .plan, optimizeDuration: false, budgetUSD: MicroDollars(190_000),
    seed: 7)

  static let chunk = ChunkPlan(
    index: 3, beatIndex: 1, startFrame: 450, frameCount: 150,
    directionPrompt: "Wide shot, slow dolly in, the car passes",
    prompt: "A red vintage car. Wide shot, slow dolly in, the car passes")

  static let spec = Spec(
    template: "product_showcase", durationSeconds: 30, frameCount: 900, fps: 30, width: 1280, height: 720,
    provider: "local", model: "animatic", chunkCount: 6, chunkDurationSeconds: 5,
    basePrompt: "A red vintage car",
    beats: [
      Beat(
        index: 0, title: "Opening", startSeconds: 0, durationSeconds: 30, shotType: .wide,
        cameraMovement: .dollyIn, action: "the car passes", prompt: "Opening: the car passes")
    ],
    chunks: [chunk],
    scene: SceneReading(
      subject: "red vintage car", subjectKind: .car, setting: .desert, timeOfDay: .dusk,
      subjectColor: "#c0392b"),
    style: StyleSpec(palette: ["#1b1b2f", "#e94560"], look: "cinematic", lighting: "golden"),
    product: ProductSpec(name: "car", description: "a red vintage car"),
    audio: AudioSpec(musicStyle: "cinematic", tempo: "slow", mood: "warm", bpm: 84), notes: ["a note"],
    seed: 7)

  static let fault = TaskFault(
    code: "media_unreadable", detail: "The clip cannot be read.", kind: .transient, providerMessage: "no")
  static let waiting = Waiting(
    kind: .retry, since: instant, until: instant, attempt: 1, maxAttempts: 5, lastError: "timed out")

  static let report = TaskReport(
    taskId: task, runId: RunID(run), step: .chunk(3), generation: 2, state: .succeeded, version: 9,
    progress: 100, attempts: 1, createdAt: instant, startedAt: instant, finishedAt: instant,
    workSeconds: 2.5, costUSD: MicroDollars(40_000),
    result: .chunk(
      ChunkResult(
        clip: clip, lastFrame: image, take: 1, frameCount: 150, fps: 30, startsFrom: .chunk,
        model: "animatic")), fault: fault, waitingOn: waiting)

  static let seam = Seam(
    chunk: 1, relativePsnrDb: -0.25, ssim: 0.875, deltaY: 0.125, deltaU: 0.25, deltaV: -0.5,
    motionRatio: 1.5, verdict: .visible)

  static let certificate = DeliveryCertificate(
    videoId: video, file: "final_draft.mp4", bytes: 123_456, sha256: String(repeating: "ab", count: 32),
    verdict: .passedWithFindings,
    checks: [
      DeliveryCheck(name: "frame_count", value: .number(900), limit: .number(900), verdict: .pass),
      DeliveryCheck(name: "size", value: .text("1280x720"), limit: .text("1280x720"), verdict: .pass),
      DeliveryCheck(name: "index_in_front", value: .flag(true), limit: .flag(true), verdict: .pass),
      DeliveryCheck(
        name: "black_seconds", value: .number(0.75), limit: .text("less than 0.5"), verdict: .warn),
    ], seams: [seam], software: ["longtake-audio": "0.1.0"])

  static let finding = Warning(code: "film_black", phase: "mix", detail: "The film is black for 0.75 s.")

  static func command(_ input: TaskInput) -> TaskCommand {
    TaskCommand(
      taskId: task, runId: RunID(run), userId: "local", step: .chunk(3), generation: 2, input: input,
      grantUSD: MicroDollars(40_000), traceparent: traceparent)
  }

  static func uuid(_ text: String) -> UUID { VideoID(text)?.uuid ?? UUID() }
}
