import FoundationEssentials
import Glibc
import NIOPosix

/// Runs programs to their end, as a person at a shell would.
enum Command {
  static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  static func temporaryDirectory() throws -> String {
    var template = Array("/tmp/longtake-test-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template) else { throw Unexpected("mkdtemp failed: \(errno)") }
    return String(cString: path)
  }

  /// Returns what the program printed; an exit status other than 0 throws it.
  @discardableResult
  static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:]
  ) async throws -> String {
    let output = try temporaryDirectory() + "/output"
    let settings = environment.map { "\($0)=\($1)" }
    let pid = try spawn(["/usr/bin/env"] + settings + [program] + arguments, output: output)
    let status = try await NIOThreadPool.singleton.runIfActive {
      var status: Int32 = 0
      while waitpid(pid, &status, 0) < 0, errno == EINTR {}
      return status
    }
    let text = try String(contentsOfFile: output, encoding: .utf8)
    guard status == 0 else { throw Unexpected("\(program) \(arguments) ended with \(status):\n\(text)") }
    return text.last == "\n" ? String(text.dropLast()) : text
  }

  private static func spawn(_ arguments: [String], output: String) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    // Dispatch's threads block signals, and a child would keep it so: Redis could not be stopped.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var vector = arguments.map { strdup($0) } + [nil]
    defer { for argument in vector { free(argument) } }
    var pid: pid_t = 0
    let code = posix_spawn(&pid, arguments[0], &actions, &attributes, &vector, environ)
    guard code == 0 else { throw Unexpected("posix_spawn \(arguments): \(code)") }
    return pid
  }
}

/// Reads a stream of server-sent events as curl prints it.
enum EventReader {
  /// The numbers that follow `after`, up to and including `last`; fewer if they do not come in time.
  static func read(_ stack: Stack, path: String = "/api/events", after: Int, until last: Int) async throws
    -> [Int]
  {
    try await numbers(stack, path, after: after, "/^id: \(last)$/q")
  }

  /// The numbers that follow `after`, as soon as there is one; none after ten seconds without any.
  static func next(_ stack: Stack, video: String, after: Int) async throws -> [Int] {
    try await numbers(stack, "/api/videos/\(video)/events", after: after, "/^id: /q")
  }

  private static func numbers(_ stack: Stack, _ path: String, after: Int, _ quit: String) async throws
    -> [Int]
  {
    // sed leaves at the line it is told; curl is not waited for and ends at its next write.
    let script =
      #"sed "$1" < <(curl -sN -m 10 -H "Last-Event-ID: $2" --retry 30 --retry-connrefused --retry-delay 1 "$3")"#
    let text = try await Command.run(
      "/bin/bash", ["-c", script, "bash", quit, "\(after)", "http://127.0.0.1:\(stack.port)\(path)"])
    return text.split(separator: "\n").compactMap { $0.hasPrefix("id: ") ? Int($0.dropFirst(4)) : nil }
  }
}

/// What ffprobe says of a file.
struct Probe: Sendable {
  struct Video: Sendable, Equatable {
    let frames: Int
    let rate: String
    let start: Double
    let codec: String
    let pixels: String
    let matrix: String
  }

  let video: Video
  let audioCodec: String?
  let audioStart: Double?
  let seconds: Double
  let isFastStart: Bool

  private struct Report: Decodable {
    struct Stream: Decodable {
      let codec_type: String
      let codec_name: String
      let avg_frame_rate: String
      let start_time: String
      let nb_read_frames: String?
      let pix_fmt: String?
      let color_space: String?
    }
    struct Format: Decodable { let duration: String }
    let streams: [Stream]
    let format: Format
  }

  static func run(_ path: String) async throws -> Probe {
    let text = try await Command.run(
      "/usr/bin/ffprobe",
      ["-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", path])
    let report = try JSONDecoder().decode(Report.self, from: Data(text.utf8))
    guard let video = report.streams.first(where: { $0.codec_type == "video" }) else {
      throw Unexpected("there is no video in \(path)")
    }
    let audio = report.streams.first { $0.codec_type == "audio" }
    let bytes = try Data(contentsOf: URL(filePath: path))
    let (index, media) = (bytes.firstRange(of: Data("moov".utf8)), bytes.firstRange(of: Data("mdat".utf8)))
    return Probe(
      video: Video(
        frames: Int(video.nb_read_frames ?? "") ?? 0, rate: video.avg_frame_rate,
        start: Double(video.start_time) ?? -1, codec: video.codec_name, pixels: video.pix_fmt ?? "",
        matrix: video.color_space ?? ""),
      audioCodec: audio?.codec_name, audioStart: audio.flatMap { Double($0.start_time) },
      seconds: Double(report.format.duration) ?? 0,
      isFastStart: (index?.lowerBound ?? .max) < (media?.lowerBound ?? 0))
  }
}
