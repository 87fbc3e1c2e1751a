import Contracts
import FoundationEssentials

@testable import Status

extension Spec {
  /// A plan of so many chunks of `chunkSeconds` each, at 30 frames a second.
  static func film(chunks count: Int, chunkSeconds: Double = 5) -> Spec {
    let frames = Int(chunkSeconds * 30)
    let total = frames * count
    let chunks = (0..<count).map {
      ChunkPlan(
        index: $0, beatIndex: 0, startFrame: $0 * frames, frameCount: frames, directionPrompt: "wide",
        prompt: "A car. wide")
    }
    let beat = Beat(
      index: 0, title: "Opening", startSeconds: 0, durationSeconds: Double(total) / 30, shotType: .wide,
      cameraMovement: .dollyIn, action: "drives", prompt: "A car drives")
    return Spec(
      template: "nature_film", durationSeconds: Double(total) / 30, frameCount: total, fps: 30, width: 1280,
      height: 720, provider: "local", model: "animatic", chunkCount: count,
      chunkDurationSeconds: chunkSeconds, basePrompt: "A car", beats: [beat], chunks: chunks,
      scene: SceneReading(subject: "car", subjectKind: .car, setting: .desert, timeOfDay: .dusk),
      style: StyleSpec(palette: ["#101010"], look: "film", lighting: "low"),
      product: ProductSpec(name: "car", description: "a car"),
      audio: AudioSpec(musicStyle: "ambient", tempo: "slow", mood: "calm", bpm: 80), notes: [], seed: 7)
  }
}

extension RunSnapshot {
  static let start = Date(timeIntervalSince1970: 1_800_000_000)

  /// A run right after its creation.
  static func fresh(
    continuity: Continuity = .continuation, music: Bool = true, approval: Approval = .auto,
    budget: MicroDollars? = nil
  ) -> RunSnapshot {
    let request = VideoRequest(
      prompt: "A red vintage car crosses the desert at dusk", continuity: continuity,
      music: MusicRequest(enabled: music), approval: approval, budgetUSD: budget)
    return RunSnapshot(id: .random(), userId: "local", request: request, now: start)
  }
}

extension TaskResult {
  /// What a task of this step would make.
  static func made(for key: StepKey, spec: Spec, take: Int = 1) -> TaskResult {
    let file = { (name: String) in ArtifactReference(key: "local/\(name)", bytes: 10, sha256: "00") }
    return switch key {
    case .plan: .plan(PlanResult(spec: spec))
    case .reference: .reference(ReferenceResult(image: file("reference.png"), take: take))
    case .chunk(let index):
      .chunk(
        ChunkResult(
          clip: file("chunk_\(index).mp4"), lastFrame: file("chunk_\(index).png"), take: take,
          frameCount: 150, fps: 30, startsFrom: .chunk, model: "animatic"))
    case .stitch:
      .stitch(
        StitchResult(video: file("stitched.mp4"), take: take, frameCount: 900, method: .copy, notes: []))
    case .music: .music(MusicResult(track: file("music.mp3"), take: take, durationSeconds: 30))
    case .mix: .mix(MixResult(film: file("final_\(take).mp4"), take: take, frameCount: 900, hasAudio: true))
    }
  }
}

extension TaskReport {
  /// A report of a step's task in this state.
  static func of(
    _ key: StepKey, _ state: TaskState, run: RunSnapshot, generation: Int? = nil, version: Int = 9,
    spec: Spec = .film(chunks: 6)
  ) -> TaskReport {
    let generation = generation ?? run.generation
    let fault = TaskFault(code: "out_of_paint", detail: "The brush is dry.", kind: .transient)
    let hasFault = state == .failed || state == .quarantined
    return TaskReport(
      taskId: TaskID(run: run.id, step: key, generation: generation), runId: run.id, step: key,
      generation: generation, state: state, version: version, progress: state == .succeeded ? 100 : 0,
      attempts: 1, createdAt: RunSnapshot.start,
      result: state == .succeeded ? .made(for: key, spec: spec, take: generation) : nil,
      fault: hasFault ? fault : nil)
  }
}

/// A run and everything that `advance` has made of it.
struct Conduct {
  var run: RunSnapshot
  var moves: [Move] = []
  var dispatches: [Dispatch] = []
  var cancels: [StepKey] = []

  /// The steps that run now.
  var open: [StepKey] { run.openSteps.map(\.key) }
  var statuses: [VideoStatus] { moves.map(\.to) }

  init(_ run: RunSnapshot) {
    self.run = run
    proceed()
  }

  mutating func proceed() {
    for command in advance(run, now: RunSnapshot.start) {
      run.apply(command)
      switch command {
      case .move(let move): moves.append(move)
      case .dispatch(let dispatch): dispatches.append(dispatch)
      case .cancel(let key, _): cancels.append(key)
      case .erase: break
      }
    }
  }

  @discardableResult
  mutating func report(_ report: TaskReport) -> RunSnapshot.Recorded {
    let recorded = run.record(report)
    if case .news = recorded { run.touch() }
    proceed()
    return recorded
  }

  /// Ends what runs, one step at a time in the order of dispatch, until nothing runs.
  mutating func finish(chunks: Int = 6, chunkSeconds: Double = 5, failing: Set<StepKey> = []) {
    while let step = run.openSteps.first {
      report(
        .of(
          step.key, failing.contains(step.key) ? .failed : .succeeded, run: run,
          generation: step.generation, spec: .film(chunks: chunks, chunkSeconds: chunkSeconds)))
    }
  }

  @discardableResult
  mutating func request(_ action: VideoAction) -> Verdict {
    let verdict = run.request(action, now: RunSnapshot.start)
    if case .accepted(let move?) = verdict { moves.append(move) }
    proceed()
    return verdict
  }
}
