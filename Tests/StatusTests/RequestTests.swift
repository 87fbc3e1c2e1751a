import Contracts
import Testing

@testable import Status

struct RequestTests {
  /// Which actions are legal where, written out apart from the table.
  static let legal: [VideoStatus: Set<VideoAction>] = [
    .pending: [.cancel], .planning: [.cancel], .planned: [.cancel, .approve],
    .generatingReferences: [.cancel], .generatingChunks: [.cancel], .stitching: [.cancel],
    .mixing: [.cancel], .completed: [.mix, .retry], .blockedBudget: [.cancel], .cancelling: [.cancel],
    .cancelled: [.cancel, .retry], .failed: [.retry],
  ]

  @Test(arguments: VideoStatus.allCases, VideoAction.allCases)
  func everyActionIsLegalExactlyWhereDrawn(status: VideoStatus, action: VideoAction) {
    var run = RunSnapshot.fresh(approval: .plan)
    run.status = status
    let isLegal = action == .delete || Self.legal[status]?.contains(action) == true
    let allowed = run.legalActions
    let verdict = run.request(action, now: RunSnapshot.start)
    #expect((verdict == .illegal(allowed: allowed)) == !isLegal)
  }

  @Test func cancelAwaitsWhatRuns() {
    var conduct = Conduct(.fresh())
    conduct.report(.of(.plan, .succeeded, run: conduct.run))
    conduct.request(.cancel)
    #expect(conduct.run.status == .cancelling)
    #expect(conduct.cancels == [.reference, .music])
    conduct.report(.of(.reference, .canceled, run: conduct.run))
    #expect(conduct.run.status == .cancelling)
    conduct.report(.of(.music, .succeeded, run: conduct.run))
    #expect(conduct.run.status == .cancelled)
  }

  @Test func cancelOfAParkedPlanIsOverAtOnce() {
    var conduct = Conduct(.fresh(approval: .plan))
    conduct.report(.of(.plan, .succeeded, run: conduct.run))
    conduct.request(.cancel)
    #expect(conduct.statuses.suffix(2) == [.cancelling, .cancelled])
  }

  @Test func retryMakesOnlyWhatIsMissing() {
    var conduct = Conduct(.fresh())
    conduct.finish(failing: [.chunk(2)])
    let before = conduct.dispatches.count
    conduct.request(.retry)
    #expect(conduct.run.status == .generatingChunks)
    #expect(conduct.run.generation == 2)
    conduct.finish()
    let again = conduct.dispatches.dropFirst(before).map(\.key)
    #expect(again == [.chunk(2), .chunk(3), .chunk(4), .chunk(5), .stitch, .mix])
    #expect(conduct.run.status == .completed)
  }

  @Test func retryAdoptsWhatStillRuns() {
    var conduct = Conduct(.fresh(continuity: .independent))
    for key: StepKey in [.plan, .reference, .chunk(0)] {
      conduct.report(.of(key, .succeeded, run: conduct.run))
    }
    conduct.report(.of(.chunk(1), .failed, run: conduct.run))
    conduct.request(.retry)
    conduct.finish()
    #expect(conduct.dispatches.count { $0.key == .chunk(1) } == 2)
    #expect(conduct.dispatches.count { $0.key == .chunk(2) } == 1)
    #expect(conduct.run.status == .completed)
  }

  @Test func retryOfAFinishedFilmChangesNothing() {
    var conduct = Conduct(.fresh())
    conduct.finish()
    let before = conduct.run
    #expect(conduct.request(.retry) == .unchanged)
    #expect(conduct.run == before)
  }

  @Test(arguments: [VideoAction.mix, .retry])
  func missingMusicIsMadeWithTheNextMix(action: VideoAction) {
    var conduct = Conduct(.fresh())
    conduct.finish(failing: [.music])
    conduct.request(action)
    #expect(conduct.run.status == .mixing)
    conduct.finish()
    #expect(conduct.dispatches.suffix(2).map(\.key) == [.music, .mix])
    #expect(conduct.run.warnings.isEmpty)
    #expect(conduct.run.status == .completed)
  }

  @Test func filmStaysUntilItIsMixedAgain() {
    var conduct = Conduct(.fresh())
    conduct.finish()
    conduct.request(.mix)
    let document = { (run: RunSnapshot) in
      run.document(createdAt: run.statusSince, updatedAt: run.statusSince)
    }
    #expect(document(conduct.run).keys.final == "local/final_1.mp4")
    conduct.finish()
    #expect(document(conduct.run).keys.final == "local/final_2.mp4")
  }

  @Test func deletionAwaitsWhatRunsAndThenErases() {
    var conduct = Conduct(.fresh())
    conduct.report(.of(.plan, .succeeded, run: conduct.run))
    conduct.request(.delete)
    #expect(!conduct.run.erasing)
    conduct.report(.of(.reference, .succeeded, run: conduct.run))
    conduct.report(.of(.music, .canceled, run: conduct.run))
    #expect(conduct.run.erasing)
    #expect(conduct.run.result(.reference) == nil)
  }
}

struct BudgetTests {
  static let dollar = MicroDollars(1_000_000)

  private func planned(budget: MicroDollars) -> Conduct {
    var conduct = Conduct(.fresh(budget: budget))
    conduct.run.prices = Prices(chunk: Self.dollar)
    conduct.report(.of(.plan, .succeeded, run: conduct.run))
    return conduct
  }

  @Test func filmThatCannotBePaidForIsNotBegun() {
    let conduct = planned(budget: MicroDollars(5_999_999))
    #expect(conduct.run.status == .blockedBudget)
    #expect(conduct.open.isEmpty)
  }

  @Test func raisedCapWakesTheVideoWhereItWas() {
    var conduct = planned(budget: MicroDollars(5_999_999))
    let from = conduct.run.blockedFrom
    #expect(conduct.run.raise(budget: MicroDollars(6_000_000)) == .accepted(nil))
    conduct.proceed()
    #expect(conduct.run.status == from)
    #expect(conduct.open == [.reference, .music])
  }

  @Test func grantsNeverExceedTheBudget() {
    var conduct = planned(budget: MicroDollars(6_000_000))
    conduct.finish(failing: [.chunk(5)])
    conduct.request(.retry)
    #expect(conduct.run.committed <= MicroDollars(6_000_000))
    #expect(conduct.run.status == .generatingChunks)
  }

  @Test func capCannotFallBelowWhatIsCommitted() {
    var conduct = planned(budget: MicroDollars(6_000_000))
    conduct.report(.of(.reference, .succeeded, run: conduct.run))
    #expect(conduct.run.raise(budget: MicroDollars(999_999)) == nil)
  }
}
