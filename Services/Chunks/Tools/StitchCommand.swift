import ArgumentParser
import Media

/// `longtake-chunks stitch [--duration S] --output OUT IN…`.
struct StitchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stitch", abstract: "Join clips into one video, of an exact length if one is given.")

  @Option(help: "Seconds that the result must have; within half a second of the clips' sum.")
  var duration: Double?
  @Option(help: "The result; replaced if it is there.") var output: String
  @Argument(help: "The clips, in the order of the film.") var inputs: [String]

  func validate() throws {
    guard duration.map({ $0 > 0 && $0 <= 3600 }) ?? true else {
      throw ValidationError("--duration must be more than 0 and at most 3600 seconds.")
    }
    guard !inputs.isEmpty else { throw ValidationError("Name at least one clip.") }
    if inputs.contains(output) { throw ValidationError("--output must not be one of the clips.") }
  }

  func run() throws {
    let report = try Stitcher.stitch(inputs, to: output, frameCount: try frameCount())
    let length = "\(report.frameCount) frames at \(report.fps) fps, \(report.durationSeconds) s"
    throw CleanExit.message(([length + ", \(report.method.rawValue)"] + report.notes).joined(separator: "\n"))
  }

  /// The length in frames of the first clip's rate, which the result has.
  private func frameCount() throws -> Int? {
    guard let duration else { return nil }
    let fps = try Probe.probe(inputs[0]).videos.first?.fps.value.rounded() ?? 0
    return max(1, Int((duration * fps).rounded()))
  }
}
