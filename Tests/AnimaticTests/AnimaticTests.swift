import Contracts
import FoundationEssentials
import Media

@testable import Animatic

/// A plan with one beat for each movement, small enough for a debug build to draw and film.
func plan(
  subject: SubjectKind = .car, setting: Setting = .desert, time: TimeOfDay = .dusk, palette: [String] = [],
  moves: [CameraMovement] = [.dollyIn], seconds: Double = 2, fps: Int = 10, width: Int = 160,
  height: Int = 90,
  framesPerChunk: Int = 10, seed: Int = 7
) -> Spec {
  let each = seconds / Double(moves.count)
  let frames = Int((seconds * Double(fps)).rounded())
  return Spec(
    template: "story", durationSeconds: seconds, frameCount: frames, fps: fps, width: width, height: height,
    provider: "local", model: "animatic", chunkCount: frames / framesPerChunk,
    chunkDurationSeconds: Double(framesPerChunk) / Double(fps), basePrompt: "",
    beats: moves.enumerated().map { index, move in
      Beat(
        index: index, title: "", startSeconds: each * Double(index), durationSeconds: each, shotType: .wide,
        cameraMovement: move, action: "", prompt: "")
    },
    chunks: stride(from: 0, to: frames, by: framesPerChunk).map { start in
      ChunkPlan(
        index: start / framesPerChunk, beatIndex: 0, startFrame: start,
        frameCount: min(framesPerChunk, frames - start), directionPrompt: "", prompt: "")
    },
    scene: SceneReading(subject: "", subjectKind: subject, setting: setting, timeOfDay: time),
    style: StyleSpec(palette: palette, look: "", lighting: ""),
    product: ProductSpec(name: "", description: ""),
    audio: AudioSpec(musicStyle: "", tempo: "", mood: "", bpm: 100), notes: [], seed: seed)
}

/// A picture that no storyboard looks like.
func stripes(width: Int, height: Int) -> Picture {
  var picture = Picture(width: width, height: height)
  for index in 0..<(width * height) {
    let x = index % width
    let y = index / width
    picture.pixels[index * 3] = UInt8(x * 255 / width)
    picture.pixels[index * 3 + 1] = (x / 20 + y / 15) % 2 == 0 ? 200 : 60
    picture.pixels[index * 3 + 2] = UInt8(y * 255 / height)
  }
  return picture
}

/// The peak signal-to-noise ratio of the luma of two frames, in dB.
func likeness(_ a: Frame420, _ b: Frame420) -> Double {
  let sum = zip(a.y, b.y).reduce(0) { $0 + (Int($1.0) - Int($1.1)) * (Int($1.0) - Int($1.1)) }
  return Likeness.decibels(Double(sum) / Double(a.y.count))
}

/// Runs with a folder of its own, which is gone afterwards.
func withFolder<R>(_ body: (String) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appending(path: "animatic-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}
