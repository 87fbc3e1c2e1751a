import Contracts
import Testing

@testable import Status

/// Numbers that a printed seed brings back (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

struct ConvergenceTests {
  /// Reports of a whole run that ends like this, from a run in which nothing goes astray.
  private func reports(of run: RunSnapshot, failing: Set<StepKey>) -> [TaskReport] {
    var conduct = Conduct(run)
    var reports: [TaskReport] = []
    while let step = conduct.run.openSteps.first {
      let end: TaskState = failing.contains(step.key) ? .failed : .succeeded
      for (version, state) in [TaskState.queued, .creating, end].enumerated() {
        let report = TaskReport.of(step.key, state, run: conduct.run, version: version)
        reports.append(report)
        conduct.report(report)
      }
    }
    return reports
  }

  @Test(arguments: 0..<100)
  func orderAndRepetitionOfReportsDoNotMatter(seed: UInt64) {
    var numbers = SeededNumbers(state: seed)
    let run = RunSnapshot.fresh(continuity: seed % 2 == 0 ? .continuation : .independent)
    let failing: Set<StepKey> = seed % 3 == 0 ? [.music] : seed % 3 == 1 ? [.reference] : []
    let reports = reports(of: run, failing: failing)
    var straight = Conduct(run)
    for report in reports { straight.report(report) }
    var shuffled = Conduct(run)
    while !shuffled.open.isEmpty {
      for report in (reports + reports).shuffled(using: &numbers) { shuffled.report(report) }
    }
    #expect(shuffled.run.steps.map(\.key).count == straight.run.steps.count)
    #expect(Set(shuffled.run.steps.map(\.key)) == Set(straight.run.steps.map(\.key)))
    #expect(shuffled.statuses == straight.statuses)
    #expect(shuffled.run.warnings == straight.run.warnings)
    #expect(shuffled.run.progress == straight.run.progress)
  }

  @Test func staleReportSaysNothing() {
    var conduct = Conduct(.fresh())
    conduct.report(.of(.plan, .creating, run: conduct.run, version: 3))
    let before = conduct.run
    #expect(conduct.report(.of(.plan, .preparing, run: conduct.run, version: 2)) == .stale)
    #expect(conduct.run == before)
  }

  @Test func reportAfterTheEndSaysNothing() {
    var conduct = Conduct(.fresh())
    conduct.report(.of(.plan, .failed, run: conduct.run, version: 3))
    #expect(conduct.report(.of(.plan, .succeeded, run: conduct.run, version: 4)) == .stale)
    #expect(conduct.run.status == .failed)
  }

  @Test func gapInTheVersionsIsNoticed() {
    var conduct = Conduct(.fresh())
    conduct.report(.of(.plan, .queued, run: conduct.run, version: 1))
    #expect(conduct.report(.of(.plan, .creating, run: conduct.run, version: 3)) == .news(gap: true))
  }

  @Test func reportOfAnotherRunIsUnknown() {
    var conduct = Conduct(.fresh())
    #expect(conduct.report(.of(.plan, .succeeded, run: .fresh())) == .unknown)
  }

  @Test(arguments: 0..<400)
  func everyRunEndsWhateverHappensOnTheWay(seed: UInt64) {
    var simulation = Simulation(seed: seed)
    simulation.live(ticks: 250)
    simulation.settle()
    let run = simulation.conduct.run
    #expect(VideoMachine.table[run.status].terminal, "seed \(seed) ends in \(run.status)")
    #expect(run.openSteps.isEmpty)
    #expect(simulation.faults == [], "seed \(seed)")
  }
}
