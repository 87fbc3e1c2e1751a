import Contracts
import Providers
import Testing

@testable import Planner

struct MergeTests {
  private let base: JSONTree = .object([
    "style": .object(["look": .string("clean"), "palette": .array([.string("#000000")])]),
    "audio": .object(["bpm": .number(110), "nested": .object(["deep": .bool(true)])]),
  ])

  @Test(arguments: [
    JSONTree.null, .object([:]), .object(["style": .null]), .object(["style": .object([:])]),
    .object(["style": .object(["look": .null])]),
    .object(["audio": .object(["nested": .object(["deep": .null])]), "new": .null]),
  ])
  func nullAndMissingNeverErase(partial: JSONTree) { #expect(base.merging(partial) == base) }

  @Test func objectsMergeFieldByField() {
    let partial: JSONTree = .object([
      "style": .object(["look": .string("noir")]),
      "audio": .object(["nested": .object(["other": .number(1)]), "bpm": .null]),
      "added": .object(["kept": .string("x"), "dropped": .null]),
    ])
    let expected: JSONTree = .object([
      "style": .object(["look": .string("noir"), "palette": .array([.string("#000000")])]),
      "audio": .object(["bpm": .number(110), "nested": .object(["deep": .bool(true), "other": .number(1)])]),
      "added": .object(["kept": .string("x")]),
    ])
    #expect(base.merging(partial) == expected)
  }

  @Test func listsAndValuesAreReplaced() {
    let merged = base.merging(.object(["style": .object(["palette": .array([])]), "audio": .number(1)]))
    #expect(
      merged
        == .object([
          "style": .object(["look": .string("clean"), "palette": .array([])]), "audio": .number(1),
        ]))
  }

  @Test func aPartialSpecKeepsTheTemplatesOtherFields() throws {
    let defaults = Template.productShowcase.defaults
    let merged = try defaults.merging(
      PartialSpec(style: .init(look: "noir"), product: nil, audio: .init(mood: "tense")))
    var expected = defaults
    expected.style.look = "noir"
    expected.audio.mood = "tense"
    #expect(merged == expected)
    #expect(try defaults.merging(PartialSpec()) == defaults)
  }

  @Test func theRequestsMusicStyleOverridesNothingElse() throws {
    let writer = TemplatePlanWriter()
    let prompt = "A calm slow film about a fox"
    var expected = try writer.plan(VideoRequest(prompt: prompt))
    let spec = try writer.plan(VideoRequest(prompt: prompt, music: MusicRequest(style: "hip-hop")))
    expected.audio.musicStyle = "hip-hop"
    #expect(spec == expected)
  }

  @Test func theRequestsTempoBringsItsOwnNumber() throws {
    let request = VideoRequest(prompt: "A fox", music: MusicRequest(tempo: "fast", mood: "tense"))
    let audio = try TemplatePlanWriter().plan(request).audio
    let defaults = Template.natureFilm.defaults.audio
    #expect(audio.tempo == "fast" && audio.bpm == 132 && audio.mood == "tense")
    #expect(audio.musicStyle == defaults.musicStyle)
    let odd = VideoRequest(prompt: "A fox", music: MusicRequest(style: " \n", tempo: "like rain"))
    #expect(try TemplatePlanWriter().plan(odd).audio.bpm == defaults.bpm)
    #expect(try TemplatePlanWriter().plan(odd).audio.musicStyle == defaults.musicStyle)
  }
}

struct EstimatorTests {
  @Test(arguments: [(30.0, 6, 0.0), (12, 3, 3), (5, 1, 0), (1, 1, 4), (300, 60, 0)])
  func anEstimateCountsWhatThePlanCounts(seconds: Double, chunks: Int, trimmed: Double) throws {
    let request = VideoRequest(prompt: "A car", durationSeconds: seconds)
    let estimate = try Estimator().estimate(request)
    #expect(estimate.chunkCount == chunks && estimate.chunkDurationSeconds == 5)
    #expect(try TemplatePlanWriter().plan(request).chunkCount == chunks)
    #expect(abs(estimate.trimmedSeconds - trimmed) < 1e-9)
    #expect(estimate.cost.max == .zero && estimate.cost.byPhase.count == 6)
    #expect(estimate.etaSeconds.p50 > 0 && estimate.etaSeconds.p90 > estimate.etaSeconds.p50)
  }

  @Test func anAdIsEstimatedAtItsShortenedLength() throws {
    #expect(try Estimator().estimate(VideoRequest(prompt: "An ad for tea")).chunkCount == 2)
  }

  @Test func aRequestThatCannotBePlannedHasNoEstimate() {
    #expect(throws: RequestFaults.self) {
      try Estimator().estimate(VideoRequest(prompt: "x", model: "hailuo"))
    }
  }
}
