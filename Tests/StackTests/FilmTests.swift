import FoundationEssentials
import HTTPClient
import HTTPTypes
import Outside
import Testing

/// The main job on real processes.
@Suite(.enabled(if: Stack.isAsked), .serialized, .timeLimit(.minutes(5)))
struct FilmTests {
  @Test func aFilmHasExactlyTheFramesAskedForAndSoundFromTheFirst() async throws {
    try await Stack.run { stack in
      let begun = try await stack.create(
        #"{"prompt": "A red vintage car crosses the desert at dusk", "durationSeconds": 7}"#)
      let film = try await stack.film(begun.id) { $0.isOver }
      #expect(film.status == "completed" && film.progress == 100)
      #expect(film.chunks.map(\.startsFrom) == ["reference", "chunk"])

      let media = try await Probe.run(stack.download(film.urls.final))
      #expect(
        media.video
          == .init(frames: 210, rate: "30/1", start: 0, codec: "h264", pixels: "yuv420p", matrix: "bt709"))
      #expect(media.audioCodec == "aac" && media.audioStart == 0)
      #expect(abs(media.seconds - 7) < 0.001)
      #expect(media.isFastStart)
      try await everythingLiesInItsSchema(stack)
      try await factsAreInRedis(stack)
      try await mediaLinksAreGuarded(stack, film)
      try await filmIsCertified(stack, film)
      try await picturesAreThere(stack, film)
    }
  }

  private func filmIsCertified(_ stack: Stack, _ film: Film) async throws {
    let delivery = try #require(film.delivery)
    #expect(delivery.checks.allSatisfy { $0.verdict != "fail" })
    #expect(film.chunks.map(\.seam?.verdict) == [nil, "good"])
    let file = try await stack.download(film.urls.final)
    let digest = try await Command.run("/usr/bin/sha256sum", [file])
    #expect(digest.hasPrefix(delivery.sha256))
    struct Certificate: Decodable {
      let file: String
      let sha256: String
    }
    let stored = try Data(contentsOf: URL(filePath: try await stack.download(delivery.url)))
    let certificate = try JSONDecoder().decode(Certificate.self, from: stored)
    #expect(certificate.file == "final_draft.mp4" && certificate.sha256 == delivery.sha256)
  }

  private func picturesAreThere(_ stack: Stack, _ film: Film) async throws {
    let pictures = [film.urls.poster, film.urls.filmstrip, film.urls.waveform] + film.chunks.map(\.posterUrl)
    var sizes: [String] = []
    for picture in pictures {
      sizes.append(
        try await Command.run(
          "/usr/bin/ffprobe",
          [
            "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0:s=x",
            try await stack.download(picture),
          ]))
    }
    // Seven pictures of a second each, in one row.
    #expect(sizes == ["1280x720", "1120x90", "1200x160", "480x270", "480x270"])
    let index = try String(
      contentsOfFile: try await stack.download(film.urls.filmstripVtt), encoding: .utf8)
    let cue = try #require(index.split(separator: "\n").first { $0.contains("#xywh=") })
    let sheet = try #require(cue.split(separator: "#").first)
    #expect(try await stack.client.send(OutgoingRequest(method: .get, url: String(sheet))).status == 200)
  }

  private func everythingLiesInItsSchema(_ stack: Stack) async throws {
    let owners = try await stack.sql(
      """
      select distinct schemaname || ':' || tableowner from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema') order by 1
      """)
    #expect(
      owners == [
        "audio:longtake_audio", "chunks:longtake_chunks", "gateway:longtake_gateway",
        "limits:longtake_status", "planner:longtake_planner", "references:longtake_references",
        "status:longtake_status",
      ])
  }

  private func factsAreInRedis(_ stack: Stack) async throws {
    for service in ["planner", "references", "chunks", "audio"] {
      #expect(Int(try await stack.redis("xlen", "ev:\(service)")) ?? 0 > 0)
    }
  }

  private func mediaLinksAreGuarded(_ stack: Stack, _ film: Film) async throws {
    let link = try #require(film.urls.final)
    let path = String(link.dropFirst("http://127.0.0.1:\(stack.port)".count))
    let range = try await stack.send(.get, path, headers: [.range: "bytes=4-7"])
    #expect(range.status == 206 && range.text == "ftyp")
    let flipped = path.dropLast() + (path.hasSuffix("0") ? "1" : "0")
    #expect(try await stack.send(.get, String(flipped)).status == 403)
  }

  @Test func aVideoCanBeCancelledRetriedAndErased() async throws {
    try await Stack.run { stack in
      let begun = try await stack.create(#"{"prompt": "A lighthouse at night", "durationSeconds": 12}"#)
      _ = try await stack.film(begun.id) { $0.finishedChunks >= 1 }
      #expect(try await stack.send(.post, "/api/videos/\(begun.id)/cancel").status == 202)
      let cancelled = try await stack.film(begun.id) { $0.isOver }
      #expect(cancelled.status == "cancelled" && cancelled.actions.contains("retry"))

      #expect(try await stack.send(.post, "/api/videos/\(begun.id)/retry").status == 202)
      let retried = try await stack.film(begun.id) { $0.status == "completed" }
      #expect(retried.generation == 2 && retried.chunks[0].url != nil)
      let planned = try await stack.sql("select count(*) from planner.task")
      #expect(planned == ["1"])

      let erased = try await stack.send(.delete, "/api/videos/\(begun.id)")
      #expect(erased.status == 202)
      #expect(try await stack.send(.get, "/api/videos/\(begun.id)").status == 404)
    }
  }

  @Test func theSameIdempotencyKeyMakesOneVideo() async throws {
    try await Stack.run { stack in
      let key = try #require(HTTPField.Name("Idempotency-Key"))
      let body = #"{"prompt": "A bottle in a studio", "durationSeconds": 1}"#
      let first = try await stack.send(.post, "/api/videos", body, headers: [key: "k1"])
      let second = try await stack.send(.post, "/api/videos", body, headers: [key: "k1"])
      #expect(first.status == 202 && second.status == 202)
      #expect(try first.decoded(Film.self).id == second.decoded(Film.self).id)
      let other = try await stack.send(.post, "/api/videos", #"{"prompt": "Another"}"#, headers: [key: "k1"])
      #expect(other.status == 422)
      let film = try await stack.film(first.decoded(Film.self).id) { $0.isOver }
      let media = try await Probe.run(stack.download(film.urls.final))
      #expect(media.video.frames == 30)
    }
  }
}
