import ArgumentParser
import Contracts
import Media

/// `longtake-chunks last-frame IN OUT.png [--json]`.
struct LastFrameCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "last-frame", abstract: "Write the frame that a clip shows last as a PNG.")

  @Argument(help: "The clip.") var input: String
  @Argument(help: "The PNG; replaced if it is there.") var output: String
  @Flag(help: "For machines.") var json = false

  func run() throws {
    let picture = try LastFrame.extract(from: input, toPNG: output)
    guard json else { return }
    let answer = Answer(width: picture.width, height: picture.height)
    throw CleanExit.message(String(decoding: try JSON.encode(answer), as: UTF8.self))
  }

  /// The size of the picture.
  private struct Answer: Encodable {
    let width: Int
    let height: Int
  }
}
