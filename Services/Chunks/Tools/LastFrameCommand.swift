import ArgumentParser
import Media

/// `longtake-chunks last-frame IN OUT.png`.
struct LastFrameCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "last-frame", abstract: "Write the frame that a clip shows last as a PNG.")

  @Argument(help: "The clip.") var input: String
  @Argument(help: "The PNG; replaced if it is there.") var output: String

  func run() throws { try LastFrame.extract(from: input, toPNG: output) }
}
