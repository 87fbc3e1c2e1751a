import FoundationEssentials
import Outside
import Testing

/// Each service as a process of its own: with nothing else there, and with something wrong.
@Suite(.enabled(if: Stack.isAsked), .serialized, .timeLimit(.minutes(5)))
struct AloneTests {
  struct Service: Sendable, CustomTestStringConvertible {
    let name: String
    let waitsFor: Set<String>
    var testDescription: String { name }
  }

  static let services = [
    Service(name: "gateway", waitsFor: ["postgres", "migrations", "redis", "status", "planner"]),
    Service(
      name: "status",
      waitsFor: ["postgres", "migrations", "redis", "planner", "references", "chunks", "audio"]),
    Service(name: "planner", waitsFor: ["postgres", "migrations", "redis"]),
    Service(name: "references", waitsFor: ["postgres", "migrations", "redis"]),
    Service(name: "chunks", waitsFor: ["postgres", "migrations", "redis"]),
    Service(name: "audio", waitsFor: ["postgres", "migrations", "redis"]),
  ]

  private struct Report: Decodable {
    struct Check: Decodable {
      let name: String
      let ok: Bool
      let detail: String?
    }
    let ready: Bool
    let checks: [Check]
  }

  /// Prints what `/healthz`, `/readyz` and `healthcheck` say, and how SIGTERM ends the process.
  private static let script = """
    set -euo pipefail
    "$1" serve >"$2/log" 2>&1 & pid=$!
    trap 'kill -KILL "$pid"' ERR
    url=http://127.0.0.1:$LONGTAKE_PORT
    curl -s -o "$2/healthz" -w '%{http_code}\\n' --retry 100 --retry-connrefused --retry-delay 1 "$url/healthz"
    curl -s -w '\\n%{http_code}\\n' "$url/readyz"
    if "$1" healthcheck >"$2/check" 2>&1; then echo 0; else echo $?; fi
    tr '\\n' ' ' <"$2/check"; echo
    kill -TERM "$pid"
    if wait "$pid"; then echo 0; else echo $?; fi
    """

  private func environment(_ folder: String) -> [String: String] {
    let port = Int.random(in: 320...327) * 100
    let secret = String(repeating: "x", count: 32)
    let urls = ["STATUS", "PLANNER", "REFERENCES", "CHUNKS", "AUDIO"].map { name in
      ("LONGTAKE_\(name)_URL", "http://127.0.0.1:1")
    }
    return Dictionary(uniqueKeysWithValues: urls).merging([
      "LONGTAKE_PORT": "\(port)", "LONGTAKE_METRICS_PORT": "\(port + 6)",
      "LONGTAKE_POSTGRES_URL": "postgres://nobody@127.0.0.1:1/nothing",
      "LONGTAKE_REDIS_URL": "redis://127.0.0.1:1", "LONGTAKE_ARTIFACTS_DIR": "\(folder)/artifacts",
      "LONGTAKE_TEMP_DIR": "\(folder)/temp", "LONGTAKE_INTERNAL_SECRET": secret,
      "LONGTAKE_MEDIA_SECRET": secret,
    ]) { first, _ in first }
  }

  private func binary(_ name: String) -> String { "\(Stack.root).build/release/longtake-\(name)" }

  @Test(arguments: services)
  func itStartsAloneSaysWhatItWaitsForAndEndsAtOnce(_ service: Service) async throws {
    let folder = try Command.temporaryDirectory()
    let text = try await Command.run(
      "/bin/bash", ["-c", Self.script, "bash", binary(service.name), folder],
      environment: environment(folder))
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    try #require(lines.count == 6, "\(text)")
    #expect(lines[0] == "200" && lines[2] == "503")
    let report = try JSONDecoder().decode(Report.self, from: Data(lines[1].utf8))
    let missing = report.checks.filter { !$0.ok }
    #expect(Set(missing.map(\.name)) == service.waitsFor && !report.ready)
    // Until its first attempt has failed, `migrations` says only that Postgres has not answered yet.
    let details = missing.filter { $0.name != "migrations" }
    #expect(details.allSatisfy { $0.detail?.contains("check that it runs") == true }, "\(lines[1])")
    #expect(lines[3] == "1" && lines[4].contains("not ready: postgres: Postgres at 127.0.0.1"))
    #expect(lines[5] == "0")
  }

  @Test func everythingThatIsWrongIsToldAtOnce() async throws {
    try await Stack.run { stack in
      let folder = try Command.temporaryDirectory()
      try Data("x".utf8).write(to: URL(filePath: "\(folder)/file"))
      let settings = environment(folder).merging([
        "LONGTAKE_POSTGRES_URL":
          "postgres://longtake_chunks:wrong@localhost/longtake?host=\(stack.directory)/sockets",
        "LONGTAKE_REDIS_URL": "unix://nobody:wrong@\(stack.directory)/sockets/redis.sock",
        "LONGTAKE_ARTIFACTS_DIR": "\(folder)/file", "LONGTAKE_INTERNAL_SECRET": "short",
        "LONGTAKE_WORKERS": "many", "LONGTAKE_TEMP_DIR": "\(folder)/file",
      ]) { _, second in second }
      let text = try await Command.run(
        "/bin/bash", ["-c", #"if "$1"; then echo 0; else echo $?; fi"#, "bash", binary("chunks")],
        environment: settings)
      let lines = text.split(separator: "\n").filter { !$0.hasPrefix("{") }
      let expected = [
        "LONGTAKE_INTERNAL_SECRET is shorter", "LONGTAKE_WORKERS is \"many\"", "set LONGTAKE_TEMP_DIR",
        "Nothing can be stored in LONGTAKE_ARTIFACTS_DIR", "refuses the password of role longtake_chunks",
        "refuses the credentials",
      ]
      for words in expected { #expect(lines.contains { $0.contains(words) }, "\(words) in \(text)") }
      #expect(lines.count == expected.count + 1 && lines.last == "78", "\(text)")
      #expect(!text.contains("wrong@"))
    }
  }
}
