/// Reads a stream of server-sent events as curl prints it.
package enum EventReader {
  /// The numbers that follow `after`, up to and including `last`; fewer if they do not come in time.
  package static func read(
    _ visitor: some Visitor, path: String = "/api/events", after: Int, until last: Int
  ) async throws -> [Int] {
    try await numbers(visitor, path, after: after, "/^id: \(last)$/q")
  }

  /// The numbers that follow `after`, as soon as there is one; none after ten seconds without any.
  package static func next(_ visitor: some Visitor, video: String, after: Int) async throws -> [Int] {
    try await numbers(visitor, "/api/videos/\(video)/events", after: after, "/^id: /q")
  }

  private static func numbers(
    _ visitor: some Visitor, _ path: String, after: Int, _ quit: String
  ) async throws -> [Int] {
    // sed leaves at the line it is told; curl is not waited for and ends at its next write.
    let script =
      #"sed "$1" < <(curl -sN -m 10 -H "Last-Event-ID: $2" -H "$4" --retry 30 --retry-connrefused --retry-delay 1 "$3")"#
    let text = try await Command.run(
      "/bin/bash",
      [
        "-c", script, "bash", quit, "\(after)", visitor.base + path,
        visitor.key.map { "Authorization: Bearer \($0)" } ?? "",
      ])
    return text.split(separator: "\n").compactMap { $0.hasPrefix("id: ") ? Int($0.dropFirst(4)) : nil }
  }
}
