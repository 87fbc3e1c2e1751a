import ArgumentParser
import Contracts
import Media

/// `longtake-chunks probe IN [--json]`.
struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe", abstract: "Say what a media file holds.")

  @Argument(help: "The file.") var input: String
  @Flag(help: "For machines.") var json = false

  func run() throws {
    let info = try Probe.probe(input)
    guard json else { throw CleanExit.message(Self.text(info)) }
    throw CleanExit.message(String(decoding: try JSON.encode(info), as: UTF8.self))
  }

  private static func text(_ info: MediaInfo) -> String {
    let videos = info.videos.map { video in
      "video: \(video.codec) \(video.width)×\(video.height), \(video.fps.value) fps, "
        + "\(video.frameCount.map(String.init) ?? "unknown") frames, \(video.durationSeconds) s"
    }
    let audios = info.audios.map { audio in
      "audio: \(audio.codec) \(audio.sampleRate) Hz, \(audio.channels) channels, \(audio.durationSeconds) s"
    }
    let head = "\(info.format), \(info.durationSeconds) s, faststart: \(info.faststart ? "yes" : "no")"
    return ([head] + videos + audios).joined(separator: "\n")
  }
}
