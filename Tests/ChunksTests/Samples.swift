import Contracts
import Media
import Providers
import Rig

/// Makes clips of grey frames that grow lighter, of as many frames as asked for or of another number.
struct GreyVideoMaker: VideoMaker {
  var frameCount: Int?
  var tally = Tally()

  func makeClip(_ chunk: ChunkInput, startImage: String?, reference: String?, at path: String) async throws {
    tally.add()
    try writeGrey(path, frames: frameCount ?? chunk.chunk.frameCount, first: 40 + 60 * chunk.chunk.index)
  }
}

func writeGrey(_ path: String, frames: Int, first: Int = 40) throws {
  let writer = try ClipWriter(path: path, width: 160, height: 90, fps: 30)
  for index in 0..<frames {
    var frame = Frame420(width: 160, height: 90)
    frame.y = Array(repeating: UInt8(first + 4 * index), count: 160 * 90)
    frame.u = Array(repeating: 128, count: frame.u.count)
    frame.v = Array(repeating: 128, count: frame.v.count)
    try writer.append(frame)
  }
  try writer.finish()
}

func chunkInput(_ video: VideoID, index: Int = 0, startImage: ArtifactReference? = nil) -> ChunkInput {
  let spec = tinySpec()
  return ChunkInput(
    videoId: video, spec: spec, chunk: spec.chunks[index],
    startsFrom: startImage == nil ? .nothing : .reference, startImage: startImage, reference: startImage)
}

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
