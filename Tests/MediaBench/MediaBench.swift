import Animatic
import Contracts
import Glibc
import Media

/// Times work inside a process, for `compose/bench media`; prints milliseconds.
@main struct MediaBench {
  static func main() throws {
    let arguments = Array(CommandLine.arguments.dropFirst())
    switch arguments.first {
    case "join" where arguments.count > 3:
      let inputs = Array(arguments[3...])
      let frames = Int(arguments[2])
      say(try time { _ = try Stitcher.stitch(inputs, to: arguments[1], frameCount: frames) })
    case "cat" where arguments.count > 2:
      say(try time { try cat(Array(arguments[2...]), to: arguments[1]) })
    case "last-frame" where arguments.count == 3:
      say(try time { try LastFrame.extract(from: arguments[1], toPNG: arguments[2]) })
    case "animatic" where arguments.count == 2:
      say(try time { try film(to: arguments[1]) })
    default:
      say("usage: MediaBench join OUT FRAMES IN… | cat OUT IN… | last-frame IN OUT | animatic OUT")
      exit(64)
    }
  }

  private static func time(_ work: () throws -> Void) rethrows -> String {
    let taken = try ContinuousClock().measure(work)
    return "\(Double(taken.components.seconds) * 1000 + Double(taken.components.attoseconds) / 1e15)"
  }

  private static func say(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    if write(1, bytes, bytes.count) != bytes.count { exit(74) }
  }

  /// What `cat` does, without its process.
  private static func cat(_ inputs: [String], to output: String) throws {
    let target = open(output, O_WRONLY | O_CREAT | O_TRUNC, 0o644)
    defer { close(target) }
    var buffer = [UInt8](repeating: 0, count: 128 << 10)
    for input in inputs {
      let source = open(input, O_RDONLY)
      defer { close(source) }
      while true {
        let count = read(source, &buffer, buffer.count)
        guard count > 0 else { break }
        guard write(target, buffer, count) == count else { exit(74) }
      }
    }
  }

  /// Five seconds of 1280×720 at 30 frames a second, from the picture to the file.
  private static func film(to path: String) throws {
    let spec = spec()
    let reference = Storyboard.draw(spec, width: 1280, height: 720)
    let renderer = AnimaticRenderer(
      spec: spec, reference: reference, startImage: reference, chunk: spec.chunks[0])
    _ = try renderer.render(to: path)
  }

  private static func spec() -> Spec {
    let chunk = ChunkPlan(
      index: 0, beatIndex: 0, startFrame: 0, frameCount: 150, directionPrompt: "slow dolly in",
      prompt: "a red car. slow dolly in")
    let beat = Beat(
      index: 0, title: "Opening", startSeconds: 0, durationSeconds: 5, shotType: .wide,
      cameraMovement: .dollyIn,
      action: "drives", prompt: "wide shot")
    return Spec(
      template: "nature_film", durationSeconds: 5, frameCount: 150, fps: 30, width: 1280, height: 720,
      provider: "local", model: "animatic", chunkCount: 1, chunkDurationSeconds: 5, basePrompt: "a red car",
      beats: [beat], chunks: [chunk],
      scene: SceneReading(subject: "red car", subjectKind: .car, setting: .desert, timeOfDay: .dusk),
      style: StyleSpec(palette: ["#201020", "#c06030", "#f0d0a0"], look: "film", lighting: "warm"),
      product: ProductSpec(name: "car", description: "a car"),
      audio: AudioSpec(musicStyle: "ambient", tempo: "slow", mood: "calm", bpm: 80), notes: [], seed: 7)
  }
}
