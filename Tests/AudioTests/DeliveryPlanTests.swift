import Contracts
import Media
import Rig
import Testing

@testable import Audio

struct DeliveryPlanTests {
  private func input(
    frames: Int = 90, seams: [Seam]? = nil, still: [FrameSpan]? = nil, hasMusic: Bool = false
  ) -> MixInput {
    let file = ArtifactReference(key: "x", bytes: 1, sha256: "00")
    return MixInput(
      videoId: .random(), video: file, music: hasMusic ? file : nil, volume: 0.7, frameCount: frames, fps: 30,
      width: 160, height: 90, seams: seams, still: still)
  }

  /// The checks of a film of three seconds, of which the last one stands still and is not black.
  private func checks(_ input: MixInput) async throws -> [DeliveryCheck] {
    var checks: [DeliveryCheck] = []
    try await withFolder { folder in
      let writer = try ClipWriter(path: "\(folder)/film.mp4", width: 160, height: 90, fps: 30)
      for index in 0..<90 {
        var frame = Frame420(width: 160, height: 90)
        let shade = index < 20 ? 40 + 4 * index : 130
        for pixel in frame.y.indices { frame.y[pixel] = UInt8(shade + pixel % 60) }
        try writer.append(frame)
      }
      try writer.finish()
      checks = DeliveryPlan(input).checks(of: try FilmInspection.inspect("\(folder)/film.mp4"))
    }
    return checks
  }

  private func verdict(_ name: String, _ checks: [DeliveryCheck]) -> DeliveryCheck.Verdict? {
    checks.first { $0.name == name }?.verdict
  }

  private func seam(_ verdict: Seam.Verdict, deltaY: Double = 0) -> Seam {
    Seam(
      chunk: 1, relativePsnrDb: -3, ssim: 0.9, deltaY: deltaY, deltaU: 0, deltaV: 0, motionRatio: nil,
      verdict: verdict)
  }

  @Test func filmThatIsWhatWasPlannedHasNoFault() async throws {
    let checks = try await checks(input())
    #expect(checks.faults.isEmpty)
    #expect(verdict("frame_count", checks) == .pass && verdict("decodable_frames", checks) == .pass)
    #expect(verdict("frozen_seconds", checks) == .warn && verdict("black_seconds", checks) == .pass)
    #expect(checks.verdict == .passedWithFindings && checks.warnings.map(\.code) == ["film_frozen"])
  }

  @Test func pictureMayStandStillWhereThePlanDoes() async throws {
    let checks = try await checks(input(still: [FrameSpan(start: 50, end: 90)]))
    #expect(verdict("frozen_seconds", checks) == .pass && checks.verdict == .passed)
  }

  @Test func everyFaultOfStructureIsNamed() async throws {
    let faults = try await checks(input(frames: 89, hasMusic: true)).faults
    #expect(faults.contains("frame_count is 90 instead of 89."))
    #expect(faults.contains("audio_streams is 0 instead of 1."))
  }

  @Test(arguments: [(Seam.Verdict.good, DeliveryCheck.Verdict.pass), (.visible, .warn), (.broken, .warn)])
  func joinsAreFindingsAndNeverFaults(verdict: Seam.Verdict, expected: DeliveryCheck.Verdict) async throws {
    let checks = try await checks(input(seams: [seam(verdict)]))
    #expect(self.verdict("seam_1_relative_psnr_db", checks) == expected)
    #expect(checks.faults.isEmpty)
  }

  @Test func stepsOfLumaAddUpToADrift() async throws {
    let seams = [seam(.good, deltaY: -0.4), seam(.good, deltaY: -0.4), seam(.good, deltaY: -0.4)]
    let found = try await checks(input(seams: seams))
    #expect(verdict("luma_drift", found) == .warn && found.warnings.map(\.code).contains("luma_drift"))
  }
}
