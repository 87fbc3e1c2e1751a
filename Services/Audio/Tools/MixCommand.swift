import ArgumentParser
import Contracts
import Media

/// `longtake-audio mix --video V --music M --output OUT [--volume 0.7] [--keep-sound] [--sound-of CLIP]… [--json]`.
struct MixCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mix", abstract: "Put music under a video, exactly as long as it; the pictures are copied.",
    discussion: """
      Longer music is cut with a fade, shorter music repeated with a crossfade. Peaks above -1 dBTP are \
      turned down, which is said; everything else is multiplied by the volume and nothing more.
      """)

  @Option(help: "The video, of a constant whole frame rate.") var video: String
  @Option(help: "The music; may be left out where own sound is kept.") var music: String?
  @Option(help: "The result; replaced if it is there.") var output: String
  @Option(help: "A factor on the music's samples, 0…1.") var volume = 0.7
  @Flag(help: "Keep the video's own sound beside the music.") var keepSound = false
  @Option(help: "Keep the sound of a clip of the video; once for each clip, in the order of the film.")
  var soundOf: [String] = []
  @Flag(help: "For machines.") var json = false

  func validate() throws {
    guard (0...1).contains(volume) else { throw ValidationError("--volume must be from 0 to 1.") }
    guard !keepSound || soundOf.isEmpty else {
      throw ValidationError("--keep-sound and --sound-of exclude each other.")
    }
    guard music != nil || keepSound || !soundOf.isEmpty else {
      throw ValidationError("Name the music with --music.")
    }
    if ([video, music].compactMap(\.self) + soundOf).contains(output) {
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
      video: video, music: music, volume: volume, soundOf: keepSound ? [video] : soundOf, to: output,
      frameCount: frames, fps: fps.numerator)
    guard json else { throw CleanExit.message(Self.text(report)) }
    throw CleanExit.message(String(decoding: try JSON.encode(report), as: UTF8.self))
  }

  private static func text(_ report: MixReport) -> String {
    var lines = ["\(report.frameCount) frames at \(report.fps) fps, \(report.durationSeconds) s"]
    if let loudness = report.loudness {
      let tenths = { (value: Double?) in value.map { "\(($0 * 10).rounded() / 10)" } ?? "none" }
      lines.append(
        "loudness \(tenths(loudness.integrated)) LUFS, range \(tenths(loudness.range)) LU, "
          + "true peak \(tenths(loudness.truePeak)) dBTP")
    }
    return (lines + report.notes).joined(separator: "\n")
  }
}

/// The video cannot be mixed as it is.
struct UnevenVideo: Error, CustomStringConvertible {
  let description: String
}
