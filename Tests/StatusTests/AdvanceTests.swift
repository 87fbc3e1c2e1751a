import Contracts
import Testing

@testable import Status

struct AdvanceTests {
  @Test(arguments: [(6, 5.0), (15, 2.0)])
  func filmOfTheSeedsIsMadeStepByStep(chunks: Int, chunkSeconds: Double) {
    var conduct = Conduct(.fresh())
    conduct.finish(chunks: chunks, chunkSeconds: chunkSeconds)
    let made: [StepKey] = [.plan, .reference, .music] + (0..<chunks).map { .chunk($0) } + [.stitch, .mix]
    #expect(conduct.dispatches.map(\.key) == made)
    #expect(conduct.statuses == Array(VideoMachine.chain.dropFirst()))
    #expect(conduct.run.progress == 100)
  }

  @Test func chunkStartsOnTheLastFrameOfTheOneBefore() throws {
    var conduct = Conduct(.fresh())
    conduct.finish()
    let inputs = conduct.dispatches.compactMap { dispatch -> ChunkInput? in
      if case .chunk(let input) = dispatch.input { input } else { nil }
    }
    #expect(inputs.map(\.startsFrom) == [.reference] + Array(repeating: .chunk, count: 5))
    #expect(inputs.compactMap { $0.startImage?.key }.last == "local/chunk_4.png")
    #expect(inputs.first?.startImage?.key == "local/reference.png")
  }

  @Test func independentChunksRunTogether() {
    var conduct = Conduct(.fresh(continuity: .independent, music: false))
    conduct.report(.of(.plan, .succeeded, run: conduct.run))
    conduct.report(.of(.reference, .succeeded, run: conduct.run))
    #expect(conduct.open == (0..<6).map { .chunk($0) })
  }

  @Test func planIsMadeBeforeAnythingElse() {
    let conduct = Conduct(.fresh())
    #expect(conduct.open == [.plan])
    #expect(conduct.run.status == .pending)
  }

  @Test func planningBeginsWithTheFirstReport() {
    var conduct = Conduct(.fresh())
    conduct.report(.of(.plan, .queued, run: conduct.run, version: 1))
    #expect(conduct.run.status == .planning)
  }

  @Test func planThatNeedsApprovalParks() {
    var conduct = Conduct(.fresh(approval: .plan))
    conduct.report(.of(.plan, .succeeded, run: conduct.run))
    #expect(conduct.run.status == .planned)
    #expect(conduct.open.isEmpty)
    conduct.request(.approve)
    #expect(conduct.run.status == .generatingReferences)
    #expect(conduct.open == [.reference, .music])
  }

  @Test func filmWithoutMusicIsMixedSilent() {
    var conduct = Conduct(.fresh(music: false))
    conduct.finish()
    guard case .mix(let input)? = conduct.dispatches.last?.input else { return #expect(Bool(false)) }
    #expect(input.music == nil)
    #expect(!conduct.dispatches.map(\.key).contains(.music))
  }

  @Test func failedMusicNeverFailsTheVideo() {
    var conduct = Conduct(.fresh())
    conduct.finish(failing: [.music])
    #expect(conduct.run.status == .completed)
    #expect(conduct.run.warnings.map(\.code) == ["music_failed"])
    #expect(conduct.run.offeredActions.contains(.mix))
    guard case .mix(let input)? = conduct.dispatches.last?.input else { return #expect(Bool(false)) }
    #expect(input.music == nil)
  }

  @Test func failedReferenceLeavesTheFirstChunkToStartFromNothing() {
    var conduct = Conduct(.fresh())
    conduct.finish(failing: [.reference])
    #expect(conduct.run.status == .completed)
    #expect(conduct.run.warnings.map(\.code) == ["reference_failed"])
    guard case .chunk(let input)? = conduct.dispatches.first(where: { $0.key == .chunk(0) })?.input else {
      return #expect(Bool(false))
    }
    #expect(input.startsFrom == .nothing && input.startImage == nil)
  }

  @Test(arguments: [StepKey.plan, .chunk(0), .chunk(3), .stitch, .mix])
  func failedStepThatIsNeededFailsTheVideo(key: StepKey) {
    var conduct = Conduct(.fresh())
    conduct.finish(failing: [key])
    #expect(conduct.run.status == .failed)
    #expect(
      conduct.run.failure
        == Failure(
          code: "out_of_paint", phase: key.phaseName, detail: "The brush is dry.", retryable: true))
  }

  @Test func successWithoutItsResultIsAFailure() {
    var conduct = Conduct(.fresh())
    var report = TaskReport.of(.plan, .succeeded, run: conduct.run)
    report.result = .made(for: .stitch, spec: .film(chunks: 1))
    conduct.report(report)
    #expect(conduct.run.failure?.code == "result_missing")
  }

  @Test func advanceHasNothingMoreOnceItIsApplied() {
    var conduct = Conduct(.fresh())
    conduct.finish()
    #expect(advance(conduct.run, now: RunSnapshot.start).isEmpty)
  }

  @Test func messageNamesTheChunk() {
    var conduct = Conduct(.fresh(music: false))
    for key: StepKey in [.plan, .reference, .chunk(0), .chunk(1)] {
      conduct.report(.of(key, .succeeded, run: conduct.run))
    }
    #expect(conduct.run.message == "Generating chunk 3 of 6")
    #expect(conduct.run.progress == 40 + 40 * 2 / 6)
  }
}
