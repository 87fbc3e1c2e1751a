import ArgumentParser
import Artifacts
import Contracts
import Media

/// `longtake-chunks stitch [--duration S] [--json] --output OUT IN…`, or with `--user U --video V` instead of the clips.
struct StitchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stitch", abstract: "Join clips into one video, of an exact length if one is given.",
    discussion: "With --user and --video, the newest take of every chunk of that video comes from the store.")

  @Option(help: "Seconds that the result must have; at most half a second more than the clips have.")
  var duration: Double?
  @Flag(help: "For machines.") var json = false
  @Option(help: "The result; replaced if it is there.") var output: String
  @Option(help: "Whose video it is.") var user: String?
  @Option(help: "The id of a video whose chunks are joined.") var video: String?
  @OptionGroup var store: StoreOptions
  @Argument(help: "The clips, in the order of the film.") var inputs: [String] = []

  func validate() throws {
    guard duration.map({ $0 > 0 && $0 <= 3600 }) ?? true else {
      throw ValidationError("--duration must be more than 0 and at most 3600 seconds.")
    }
    guard (user == nil) == (video == nil) else { throw ValidationError("Give --user and --video together.") }
    guard (video == nil) != inputs.isEmpty else {
      throw ValidationError("Name at least one clip, or a video by --user and --video.")
    }
    if let video, VideoID(video) == nil { throw ValidationError("--video must be a UUID.") }
    if inputs.contains(output) { throw ValidationError("--output must not be one of the clips.") }
  }

  func run() async throws {
    let clips = try await clips()
    let (output, duration) = (output, duration)
    let media = MediaPool(size: 1)
    let outcome: Result<StitchReport, any Error>
    do {
      outcome = .success(
        try await media.run { cancel in
          let frames = try duration.map { try Self.frameCount($0, clips[0]) }
          return try Stitcher.stitch(clips, to: output, frameCount: frames, cancel: cancel)
        })
    } catch {
      outcome = .failure(error)
    }
    try await media.shutdown()
    let report = try outcome.get()
    guard !json else { throw CleanExit.message(String(decoding: try JSON.encode(report), as: UTF8.self)) }
    let length = "\(report.frameCount) frames at \(report.fps.value) fps, \(report.durationSeconds) s"
    throw CleanExit.message(([length + ", \(report.method.rawValue)"] + report.notes).joined(separator: "\n"))
  }

  /// The files that were named, or copies of those in the store.
  private func clips() async throws -> [String] {
    guard let user, let id = video.flatMap({ VideoID($0) }) else { return inputs }
    let store = try store.open()
    var clips: [String] = []
    for key in try await ExpectedFiles(keys: .video(user: user, video: id), store: store).clips() {
      clips.append(try await store.localFile(key))
    }
    return clips
  }

  /// The length in frames of the first clip's rate, which the result has.
  private static func frameCount(_ duration: Double, _ clip: String) throws -> Int {
    max(1, Int((duration * (try Stitcher.rate(of: clip)).value).rounded()))
  }
}
