import Contracts
import Testing

@testable import Status

struct TurnTests {
  private func planned() -> RunSnapshot {
    Turn.creating(.fresh(), now: RunSnapshot.start).run
  }

  @Test func everyVersionIsShownOnce() {
    var turn = Turn(planned(), now: RunSnapshot.start)
    _ = turn.record(.of(.plan, .succeeded, run: turn.run)) { _ in .free }
    #expect(turn.shown.map(\.status) == [.planning, .planned, .generatingReferences])
    #expect(turn.shown.map(\.version) == [2, 3, 4])
    #expect(turn.shown.map(\.progress) == [2, 20, 20])
  }

  @Test func newsWithoutAnEdgeIsAVersionToo() {
    var first = Turn(planned(), now: RunSnapshot.start)
    _ = first.record(.of(.plan, .creating, run: first.run, version: 1)) { _ in .free }
    var second = Turn(first.run, now: RunSnapshot.start)
    _ = second.record(.of(.plan, .ingesting, run: first.run, version: 2)) { _ in .free }
    #expect(second.shown.map(\.version) == [first.run.version + 1])
    #expect(second.shown.map(\.move) == [nil])
  }

  @Test func taskThatMerelyWaitsIsNoNews() {
    var first = Turn(planned(), now: RunSnapshot.start)
    _ = first.record(.of(.plan, .succeeded, run: first.run)) { _ in .free }
    var second = Turn(first.run, now: RunSnapshot.start)
    _ = second.record(.of(.music, .queued, run: first.run, version: 0)) { _ in .free }
    #expect(second.shown.isEmpty)
    #expect(second.run != second.before)
  }

  @Test func staleReportLeavesNoTrace() {
    var first = Turn(planned(), now: RunSnapshot.start)
    _ = first.record(.of(.plan, .succeeded, run: first.run)) { _ in .free }
    var second = Turn(first.run, now: RunSnapshot.start)
    _ = second.record(.of(.plan, .succeeded, run: first.run)) { _ in .free }
    #expect(second.run == second.before && second.shown.isEmpty && second.bookings.isEmpty)
  }

  @Test func planBringsThePricesOfItsSteps() {
    var turn = Turn(planned(), now: RunSnapshot.start)
    _ = turn.record(.of(.plan, .succeeded, run: turn.run)) { Prices(reference: MicroDollars($0.chunkCount)) }
    let reserved = turn.bookings.filter { $0.kind == .reserve }
    #expect(reserved.map(\.key) == [.reference, .music])
    #expect(reserved.map(\.amount.micros) == [6, 0])
  }

  @Test func deletionTellsTheFeedOnlyThatTheVideoIsGone() {
    var turn = Turn(planned(), now: RunSnapshot.start)
    _ = turn.request(.delete)
    #expect(turn.feedEntries.map(\.status) == ["deleted"])
    var later = Turn(turn.run, now: RunSnapshot.start)
    _ = later.record(.of(.plan, .canceled, run: turn.run)) { _ in .free }
    #expect(later.feedEntries.isEmpty)
  }
}

struct DocumentTests {
  private func document(_ conduct: Conduct) -> VideoDocument {
    conduct.run.document(createdAt: RunSnapshot.start, updatedAt: RunSnapshot.start)
  }

  @Test func phasesTellHowFarTheWorkIs() {
    var conduct = Conduct(.fresh())
    for key: StepKey in [.plan, .reference, .chunk(0)] {
      conduct.report(.of(key, .succeeded, run: conduct.run))
    }
    conduct.report(.of(.chunk(1), .creating, run: conduct.run))
    let phases = document(conduct).phases
    #expect(phases.map(\.name) == ["plan", "reference", "chunks", "stitch", "music", "mix"])
    #expect(
      phases.map(\.status) == ["succeeded", "succeeded", "running", "pending", "pending", "pending"])
    #expect(document(conduct).chunks.prefix(3).map(\.status) == ["succeeded", "running", "pending"])
  }

  @Test func workOfAllChunksIsSummed() {
    var conduct = Conduct(.fresh(music: false))
    for key: StepKey in [.plan, .reference, .chunk(0), .chunk(1)] {
      var report = TaskReport.of(key, .succeeded, run: conduct.run)
      report.workSeconds = 1.5
      conduct.report(report)
    }
    let phases = document(conduct).phases
    #expect(phases[2].workSeconds == 3)
    #expect(phases[4].status == "skipped")
  }

  @Test func parkedPlanWaitsForApproval() {
    var conduct = Conduct(.fresh(approval: .plan))
    conduct.report(.of(.plan, .succeeded, run: conduct.run))
    #expect(document(conduct).waitingOn == Waiting(kind: .approval, since: RunSnapshot.start))
    #expect(document(conduct).actions == ["approve", "cancel"])
  }

  @Test func finishedFilmIsCompleteAndOffersToBeMixedAgain() {
    var conduct = Conduct(.fresh())
    conduct.finish()
    let film = document(conduct)
    #expect(film.durationSeconds == 30 && film.eta == nil && film.error == nil)
    #expect(film.actions == ["mix"])
    #expect(film.phases.allSatisfy { $0.status == "succeeded" && $0.attempts == 1 })
  }

  @Test func failedVideoSaysWhyAndKeepsItsProgress() {
    var conduct = Conduct(.fresh())
    conduct.finish(failing: [.chunk(3)])
    let film = document(conduct)
    #expect(film.error?.phase == "chunks" && film.actions == ["retry"])
    #expect(film.message == "Failed: The brush is dry.")
    #expect(film.progress == 40 + 40 * 3 / 6)
  }
}
