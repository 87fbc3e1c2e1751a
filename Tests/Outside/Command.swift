import FoundationEssentials
import Glibc
import NIOPosix

/// Runs programs to their end, as a person at a shell would.
package enum Command {
  package static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

  /// A new folder, which `compose/test` removes when it ends.
  package static func temporaryDirectory() throws -> String {
    var template = Array("\(environment("LONGTAKE_TEST_SCRATCH") ?? "/tmp")/longtake-test-XXXXXX".utf8CString)
    guard let path = mkdtemp(&template) else { throw Unexpected("mkdtemp failed: \(errno)") }
    return String(cString: path)
  }

  /// Returns what the program printed; an exit status other than 0 throws it.
  @discardableResult
  package static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:]
  ) async throws -> String {
    let folder = try temporaryDirectory()
    defer { rmdir(folder) }
    let output = folder + "/output"
    defer { unlink(output) }
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
