import Contracts

/// A film of two chunks of ten frames, 160×90.
func tinySpec() -> Spec {
  let chunks = (0..<2).map { index in
    ChunkPlan(
      index: index, beatIndex: 0, startFrame: index * 10, frameCount: 10, directionPrompt: "wide shot",
      prompt: "a car. wide shot")
  }
  let beat = Beat(
    index: 0, title: "Opening", startSeconds: 0, durationSeconds: 20.0 / 30, shotType: .wide,
    cameraMovement: .dollyIn, action: "drives", prompt: "wide shot")
  return Spec(
    template: "nature_film", durationSeconds: 20.0 / 30, frameCount: 20, fps: 30, width: 160, height: 90,
    provider: "local", model: "animatic", chunkCount: 2, chunkDurationSeconds: 10.0 / 30,
    basePrompt: "a car", beats: [beat], chunks: chunks,
    scene: SceneReading(subject: "red car", subjectKind: .car, setting: .desert, timeOfDay: .dusk),
    style: StyleSpec(palette: ["#201020", "#c06030", "#f0d0a0"], look: "film", lighting: "warm"),
    product: ProductSpec(name: "car", description: "a car"),
    audio: AudioSpec(musicStyle: "ambient", tempo: "slow", mood: "calm", bpm: 80), notes: [], seed: 7)
}
