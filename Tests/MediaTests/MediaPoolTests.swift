import FoundationEssentials
import Harness
import Media
import Testing

struct MediaPoolTests {
  /// Lends a pool and joins its threads after.
  private func withPool(size: Int, _ body: (MediaPool) async throws -> Void) async throws {
    let pool = MediaPool(size: size)
    do {
      try await body(pool)
    } catch {
      try await pool.shutdown()
      throw error
    }
    try await pool.shutdown()
  }

  @Test func workGivesItsResultOrItsError() async throws {
    try await withPool(size: 1) { pool in
      let answer = try await pool.run { _ in 42 }
      #expect(answer == 42)
      let error = await #expect(throws: MediaError.self) {
        try await pool.run { _ in try Probe.probe("/nowhere.mp4") }
      }
      #expect(error?.code == .missing)
    }
  }

  @Test func cancelledTaskStopsItsWorkAndLeavesNothing() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("clip.mp4")
    let begun = Signal()
    try await withPool(size: 1) { pool in
      await withTaskGroup(of: Void.self) { group in
        group.addTask {
          await #expect(throws: CancellationError.self) {
            try await pool.run { flag in
              let writer = try ClipWriter(path: path, width: 160, height: 96, fps: 30, cancel: flag)
              begun.fire()
              while true { try writer.append(Frame420(width: 160, height: 96)) }
            }
          }
        }
        group.addTask { await #expect(throws: Never.self) { try await begun.wait() } }
        await group.next()
        group.cancelAll()
      }
      let left = try await pool.run { _ in try folder.names() }
      #expect(left.isEmpty)
    }
  }

  @Test func infoSurvivesJSON() throws {
    let folder = try TemporaryFolder()
    try Scene().write(0..<2, to: folder.path("clip.mp4"))
    let info = try Probe.probe(folder.path("clip.mp4"))
    let copy = try JSONDecoder().decode(MediaInfo.self, from: JSONEncoder().encode(info))
    #expect(copy == info)
  }
}
