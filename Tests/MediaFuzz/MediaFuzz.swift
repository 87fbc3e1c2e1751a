import Glibc
import Media

/// Gives each file that is named on stdin to everything that reads foreign files, and says what came of it.
///
/// `compose/fuzz` writes the files, one name a line, and watches this process.
@main struct MediaFuzz {
  static func main() {
    let arguments = CommandLine.arguments
    guard arguments.count == 3 else {
      say("usage: MediaFuzz GOOD.mp4 FOLDER", to: 2)
      exit(64)
    }
    while let path = readLine() {
      var answers: [String] = []
      for (name, work) in entries(path, good: arguments[1], folder: arguments[2]) {
        answers.append("\(name)=\(answer(work))")
      }
      say(answers.joined(separator: "\t"), to: 1)
    }
  }

  /// Writes a line at once; stdout's own buffer would keep it.
  private static func say(_ line: String, to file: Int32) {
    let bytes = Array((line + "\n").utf8)
    if write(file, bytes, bytes.count) != bytes.count { exit(74) }
  }

  /// The entry points for foreign files, by name.
  private static func entries(
    _ path: String, good: String, folder: String
  ) -> [(String, () throws -> Void)] {
    let output = "\(folder)/out.mp4"
    return [
      ("probe", { _ = try Probe.probe(path) }),
      ("count", { _ = try Probe.countFrames(path) }),
      ("lastframe", { try LastFrame.extract(from: path, toPNG: "\(folder)/out.png") }),
      ("png", { _ = try PNG.read(path) }),
      ("sound", { _ = try AudioReader.readFloat(path, maximumSamples: 10 * 48_000) }),
      ("stitch", { _ = try Stitcher.stitch([path], to: output) }),
      ("join", { _ = try Stitcher.stitch([good, path], to: output) }),
      ("mix", { try mix(path, good: good, to: output) }),
    ]
  }

  /// The file as a video and as music.
  private static func mix(_ path: String, good: String, to output: String) throws {
    let frames = try Probe.countFrames(good)
    _ = try Mixer.mix(video: good, music: path, volume: 0.7, to: output, frameCount: frames, fps: 25)
  }

  private static func answer(_ work: () throws -> Void) -> String {
    do {
      try work()
      return "ok"
    } catch let error as MediaError {
      return error.code.rawValue
    } catch {
      return "foreign"
    }
  }
}
