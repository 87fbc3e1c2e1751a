import FoundationEssentials
import HTTPClient
import HTTPTypes
import Harness
import Outside
import Testing

/// The main job with artifacts in a bucket.
@Suite(.enabled(if: Stack.isAsked && S3Server.isAvailable), .serialized, .timeLimit(.minutes(5)))
struct BucketTests {
  @Test func aFilmInABucketIsThereByteForByteAsTheDatabaseSays() async throws {
    try await withBucket { bucket in
      try await Stack.run(environment: bucket.environment) { stack in
        let begun = try await stack.create(#"{"prompt": "A lighthouse at night", "durationSeconds": 7}"#)
        let film = try await stack.film(begun.id) { $0.isOver }
        #expect(film.status == "completed")
        try await bytesAtRestAreThoseOfTheDatabase(stack, bucket)
        try await linkLeadsToTheBucket(stack, film)
        try await toolsFindTheFilm(film, bucket)
        #expect(!FileManager.default.fileExists(atPath: "\(stack.directory)/artifacts/local"))
      }
    }
  }

  private func bytesAtRestAreThoseOfTheDatabase(_ stack: Stack, _ bucket: S3Bucket) async throws {
    let tables = ["\"references\".reference_images", "chunks.takes", "audio.tracks"]
    let rows = try await stack.sql(
      tables.map { "select key || ' ' || bytes || ' ' || sha256 from \($0) where state = 'kept'" }
        .joined(separator: " union all "))
    // The reference; two chunks, each with its last frame and poster; the stitched film with poster, filmstrip and its
    // index; the music and its waveform; the final film and its certificate.
    #expect(rows.count == 15)
    let file = try Command.temporaryDirectory() + "/artifact"
    for row in rows {
      let columns = row.split(separator: " ").map(String.init)
      try await bucket.boto("get", columns[0], file)
      let size = try Data(contentsOf: URL(filePath: file)).count
      let sum = try await Command.run("/usr/bin/sha256sum", [file]).prefix(64)
      #expect("\(columns[0]) \(size) \(sum)" == row)
    }
  }

  private func linkLeadsToTheBucket(_ stack: Stack, _ film: Film) async throws {
    let link = try #require(film.urls.final)
    let answer = try await stack.client.send(OutgoingRequest(method: .get, url: link))
    #expect(answer.status == 307)
    let media = try await Probe.run(stack.download(answer.headers[.location]))
    #expect(media.video.frames == 210)
  }

  private func toolsFindTheFilm(_ film: Film, _ bucket: S3Bucket) async throws {
    let folder = try Command.temporaryDirectory()
    let environment = bucket.environment.merging(["LONGTAKE_CACHE_DIR": "\(folder)/cache"]) { $1 }
    let tool = "\(Stack.root)/.build/release/longtake-chunks"
    let video = ["--user", "local", "--video", film.id]
    let files = try await Command.run(tool, ["check-files"] + video, environment: environment)
    #expect(!files.contains("MISSING"))
    try await Command.run(
      tool, ["stitch", "--duration", "7", "--output", "\(folder)/film.mp4"] + video, environment: environment)
    #expect(try await Probe.run("\(folder)/film.mp4").video.frames == 210)
  }
}
