import Artifacts
import Contracts
import HTTPTypes
import ServiceKit
import Testing

@testable import Gateway

struct DeliveryViewTests {
  private let gateway = TestGateway()

  @Test func finishedFilmIsShownWithItsPicturesItsJoinsAndItsCertificate() async throws {
    var document = Fixture.document()
    let keys = Fixture.keys
    document.chunks[0].posterKey = keys.chunkPoster(0)
    document.chunks[0].seam = Seam(
      chunk: 1, relativePsnrDb: -0.3, ssim: 0.98, deltaY: 0.1, deltaU: 0, deltaV: 0, motionRatio: nil,
      verdict: .good)
    document.keys = .init(
      poster: keys.poster(), filmstrip: keys.filmstrip(), filmstripVtt: keys.filmstripVtt(),
      waveform: keys.waveform(), delivery: keys.delivery())
    document.delivery = DeliveryCertificate(
      videoId: Fixture.id, file: "final_draft.mp4", bytes: 7, sha256: "ab", verdict: .passed,
      checks: [DeliveryCheck(name: "frame_count", value: .number(900), limit: .number(900), verdict: .pass)],
      seams: [], software: [:])
    try gateway.services.answer("GET /v1/videos/\(Fixture.id)", document)
    let video = try object(try await gateway.send(.get, "/api/videos/\(Fixture.id)"))
    guard case .object(let urls) = video["urls"], case .object(let delivery) = video["delivery"],
      case .array(let chunks) = video["chunks"], case .object(let chunk) = chunks.first,
      case .object(let seam) = chunk["seam"], case .array(let checks) = delivery["checks"]
    else {
      Issue.record("no urls, delivery or seam")
      return
    }
    let links = [
      urls["poster"], urls["filmstrip"], urls["filmstripVtt"], urls["waveform"], delivery["url"],
      chunk["posterUrl"],
    ]
    let files = links.map { link -> String? in
      guard case .string(let url) = link else { return nil }
      return url.split(separator: "?").first?.split(separator: "/").last.map(String.init)
    }
    #expect(
      files == [
        "poster.jpg", "filmstrip.jpg", "filmstrip.vtt", "waveform.png", "delivery.json",
        "chunk_00_poster.jpg",
      ])
    #expect(seam["verdict"] == .string("good") && seam["motionRatio"] == .null)
    #expect(delivery["verdict"] == .string("passed") && checks.count == 1)
  }
}
