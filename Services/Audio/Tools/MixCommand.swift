import ArgumentParser
import Media

/// `longtake-audio mix --video V --music M --output OUT [--volume 0.7]`.
struct MixCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mix", abstract: "Put music under a video, exactly as long as it; the pictures are copied.")

  @Option(help: "The video, of a constant whole frame rate.") var video: String
  @Option(help: "The music.") var music: String
  @Option(help: "The result; replaced if it is there.") var output: String
  @Option(help: "A factor on the samples, 0…1.") var volume = 0.7

  func validate() throws {
    guard (0...1).contains(volume) else { throw ValidationError("--volume must be from 0 to 1.") }
    if output == video || output == music {
      throw ValidationError("--output must not be one of the inputs.")
    }
  }

  func run() throws {
    let fps = try Probe.probe(video).videos.first?.fps ?? Rational(0, 1)
    let frames = try Probe.countFrames(video)
    guard fps.denominator == 1, fps.numerator > 0 else {
      throw UnevenVideo(description: "\(video) has no constant whole frame rate (\(fps.value) fps).")
    }
    let report = try Mixer.mix(
      video: video, music: music, volume: volume, to: output, frameCount: frames, fps: fps.numerator)
    let length = "\(report.frameCount) frames at \(report.fps) fps, \(report.durationSeconds) s"
    throw CleanExit.message(([length] + report.notes).joined(separator: "\n"))
  }
}

/// The video cannot be mixed as it is.
struct UnevenVideo: Error, CustomStringConvertible {
  let description: String
}
