import Contracts
import Testing

@testable import Status

struct FindingsTests {
  private static func seam(_ chunk: Int, _ verdict: Seam.Verdict = .good, deltaY: Double = 0) -> Seam {
    Seam(
      chunk: chunk, relativePsnrDb: -0.3, ssim: 0.98, deltaY: deltaY, deltaU: 0, deltaV: 0, motionRatio: 1,
      verdict: verdict)
  }

  private static func file(_ name: String) -> ArtifactReference {
    ArtifactReference(key: "local/\(name)", bytes: 10, sha256: "00")
  }

  private static let certificate = DeliveryCertificate(
    videoId: .random(), file: "final_1.mp4", bytes: 10, sha256: "00", verdict: .passedWithFindings,
    checks: [DeliveryCheck(name: "black_seconds", value: .number(1), limit: .text("x"), verdict: .warn)],
    seams: [], software: [:])

  /// A finished film of two chunks whose joins and findings are these.
  private func film(_ seams: [Seam]?, continuity: Continuity = .continuation) -> Conduct {
    var conduct = Conduct(.fresh(continuity: continuity))
    while let step = conduct.run.openSteps.first {
      var report = TaskReport.of(step.key, .succeeded, run: conduct.run, spec: .film(chunks: 2))
      if case .stitch(var result) = report.result {
        result.seams = seams
        (result.poster, result.filmstrip) = (Self.file("poster.jpg"), Self.file("filmstrip.jpg"))
        result.filmstripVtt = Self.file("filmstrip.vtt")
        report.result = .stitch(result)
      }
      if case .mix(var result) = report.result {
        result.certificate = Self.file("delivery.json")
        result.delivery = Self.certificate
        result.waveform = Self.file("waveform.png")
        result.findings = [Warning(code: "film_black", phase: "mix", detail: "It is black.")]
        report.result = .mix(result)
      }
      conduct.report(report)
    }
    return conduct
  }

  private func document(_ conduct: Conduct) -> VideoDocument {
    conduct.run.document(createdAt: RunSnapshot.start, updatedAt: RunSnapshot.start)
  }

  @Test func filmWithFindingsIsCompletedAndSaysThem() {
    let film = document(film([Self.seam(1, .broken)]))
    #expect(film.status == .completed)
    #expect(film.warnings.map(\.code) == ["seam_broken", "film_black"])
    #expect(film.warnings[0].detail.contains("chunk 2"))
  }

  @Test func joinBelongsToTheChunkThatBeginsThere() {
    let chunks = document(film([Self.seam(1)])).chunks
    #expect(chunks.map(\.seam) == [nil, Self.seam(1)])
  }

  @Test func clipsThatNeedNotContinueEachOtherHaveNoSeams() throws {
    let conduct = film([Self.seam(1, .broken)], continuity: .independent)
    let film = document(conduct)
    #expect(film.warnings.map(\.code) == ["film_black"] && film.chunks.allSatisfy { $0.seam == nil })
    guard case .mix(let input) = try #require(conduct.dispatches.last).input else {
      return #expect(Bool(false))
    }
    #expect(input.seams == nil)
  }

  @Test func mixIsToldWhatTheFilmMustBe() throws {
    let conduct = film([Self.seam(1)])
    guard case .mix(let input) = try #require(conduct.dispatches.last).input else {
      return #expect(Bool(false))
    }
    #expect(input.width == 1280 && input.height == 720 && input.seams == [Self.seam(1)] && input.still == [])
  }

  @Test func beatsWithAStillCameraAreNamedInFrames() throws {
    var run = RunSnapshot.fresh(music: false)
    var spec = Spec.film(chunks: 2)
    spec.beats = [CameraMovement.still, .dollyIn].enumerated().map { index, movement in
      Beat(
        index: index, title: "", startSeconds: Double(index) * 5, durationSeconds: 5, shotType: .wide,
        cameraMovement: movement, action: "", prompt: "")
    }
    run.spec = spec
    var conduct = Conduct(run)
    while let step = conduct.run.openSteps.first {
      conduct.report(.of(step.key, .succeeded, run: conduct.run))
    }
    guard case .mix(let input) = try #require(conduct.dispatches.last).input else {
      return #expect(Bool(false))
    }
    #expect(input.still == [FrameSpan(start: 0, end: 150)])
  }

  @Test func certificateAndPicturesAreShown() {
    let film = document(film([Self.seam(1)]))
    #expect(film.delivery == Self.certificate)
    #expect(film.keys.delivery == "local/delivery.json" && film.keys.waveform == "local/waveform.png")
    #expect(film.keys.poster == "local/poster.jpg" && film.keys.filmstrip == "local/filmstrip.jpg")
    #expect(film.keys.filmstripVtt == "local/filmstrip.vtt")
  }

  @Test func resultsOfOlderServicesShowNothingOfIt() {
    var conduct = Conduct(.fresh())
    conduct.finish()
    let film = document(conduct)
    #expect(film.status == .completed && film.warnings.isEmpty && film.delivery == nil)
    #expect(film.keys.poster == nil && film.chunks.allSatisfy { $0.seam == nil && $0.posterKey == nil })
  }

  /// `completed` is out of reach for a film whose structure is not what was planned.
  @Test func filmThatFailsItsChecksFailsTheVideoAndSaysWhy() {
    var conduct = Conduct(.fresh())
    while let step = conduct.run.openSteps.first(where: { $0.key != .mix }) {
      conduct.report(.of(step.key, .succeeded, run: conduct.run))
    }
    var report = TaskReport.of(.mix, .failed, run: conduct.run)
    report.fault = TaskFault(
      code: "film_mismatch", detail: "The mixed film is not what was planned: frame_count is 899.",
      kind: .config)
    conduct.report(report)
    let film = document(conduct)
    #expect(film.status == .failed && film.error?.code == "film_mismatch" && film.error?.phase == "mix")
    #expect(film.message.contains("frame_count is 899"))
  }
}
