import EventLoop
import Glibc
import Synchronization

/// A server that a test process started and that never outlives it.
///
/// A shell starts the server and holds the other end of a pipe; when this process closes the pipe, or dies in
/// whatever way, the shell stops the server and removes its directory.
final class ChildProcess: Sendable {
  /// Between pipe(2) and its FD_CLOEXEC no other child may be started, or it would hold this one's leash.
  private static let spawning = Mutex(())

  /// The server itself, not the shell.
  let pid: pid_t
  private let shell: pid_t
  private let leash: Mutex<Int32?>

  /// Starts `command` and returns once it has printed a line with `sign`.
  ///
  /// `prepare` is run before, as a script of the shell; `directory` is removed at the end.
  static func start(
    _ command: [String], prepare: String = ":", directory: String, untilItPrints sign: String
  ) async throws -> ChildProcess {
    let script = """
      \(prepare) || exit 1
      sh -c 'echo "$$"; exec "$@"' sh "$@" 2>&1 & child=$!
      exec >/dev/null 2>&1
      read -r _
      kill -INT "$child" 2>/dev/null
      wait "$child"
      rm -rf '\(directory)'
      """
    let (shell, leash, output) = try Self.spawning.withLock { _ in
      let leash = try Pipe()
      let output = try Pipe()
      defer {
        close(leash.reading)
        close(output.writing)
      }
      let shell = try spawn(
        ["/bin/sh", "-c", script, "sh"] + command, input: leash.reading, output: output.writing)
      return (shell, leash.writing, output.reading)
    }
    defer { close(output) }
    let lines = OutputLines(output)
    let deadline = ContinuousClock.now + .seconds(60)
    var pid: pid_t?
    while let line = await lines.next(until: deadline) {
      if pid == nil { pid = pid_t(line) }
      guard let pid, line.contains(sign) else { continue }
      return ChildProcess(pid: pid, shell: shell, leash: leash)
    }
    close(leash)
    throw StartFailed(description: "\(command[0]) did not start:\n\(lines.seen.joined(separator: "\n"))")
  }

  /// Runs a short program to its end and returns its exit status.
  static func run(_ command: [String]) async throws -> Int32 {
    let pid = try spawning.withLock { _ in try spawn(command, input: nil, output: nil) }
    return try await waitForExit(of: pid)
  }

  private static func waitForExit(of pid: pid_t) async throws -> Int32 {
    try await HarnessLoop.shared.runOnOwnThread(until: ContinuousClock.now + .seconds(60)) {
      var status: Int32 = 0
      waitpid(pid, &status, 0)
      return status
    }
  }

  private init(pid: pid_t, shell: pid_t, leash: Int32) {
    self.pid = pid
    self.shell = shell
    self.leash = Mutex(leash)
  }

  deinit { letGo() }

  func send(_ signal: Int32) { kill(pid, signal) }

  /// Stops the server and returns when it has ended.
  func stop() async throws {
    letGo()
    _ = try await Self.waitForExit(of: shell)
  }

  private func letGo() {
    leash.withLock { leash in
      if let leash { close(leash) }
      leash = nil
    }
  }
}

/// A server of the harness did not come up.
struct StartFailed: Error, CustomStringConvertible {
  let description: String
}

/// Both ends of a pipe, which no other child inherits.
private struct Pipe {
  let reading: Int32
  let writing: Int32

  init() throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw SystemCallFailed("pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    (reading, writing) = (ends[0], ends[1])
  }
}

/// Starts a program with an argument vector, never through a command line.
private func spawn(_ arguments: [String], input: Int32?, output: Int32?) throws -> pid_t {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  if let input { posix_spawn_file_actions_adddup2(&actions, input, 0) }
  if let output {
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, output, 2)
  } else {
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
  }
  var vector = arguments.map { strdup($0) } + [nil]
  defer { for argument in vector { free(argument) } }
  var pid: pid_t = 0
  let code = posix_spawn(&pid, arguments[0], &actions, nil, &vector, environ)
  guard code == 0 else { throw SystemCallFailed("posix_spawn \(arguments[0])", code) }
  return pid
}

/// Reads the lines that a child prints.
private final class OutputLines {
  private let fd: Int32
  private var buffered: [UInt8] = []
  private(set) var seen: [String] = []

  init(_ fd: Int32) {
    self.fd = fd
    _ = fcntl(fd, F_SETFL, O_NONBLOCK)
  }

  /// Nil at the end, or at the deadline.
  func next(until deadline: ContinuousClock.Instant) async -> String? {
    while true {
      if let end = buffered.firstIndex(of: 10) {
        let line = String(decoding: buffered[..<end], as: UTF8.self)
        buffered.removeFirst(end + 1)
        seen.append(line)
        return line
      }
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = read(fd, &bytes, bytes.count)
      if count > 0 {
        buffered += bytes[..<count]
        continue
      }
      guard count < 0, errno == EAGAIN || errno == EINTR else { return nil }
      do {
        try await HarnessLoop.shared.wait(for: .readable, on: fd, until: deadline)
      } catch {
        return nil
      }
    }
  }
}
