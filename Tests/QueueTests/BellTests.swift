import Contracts
import Harness
import Queue
import Testing

@Suite(.timeLimit(.minutes(1)))
struct BellTests {
  @Test func ringBeforeTheWaitIsRememberedOnce() async {
    let bell = Bell()
    bell.ring()
    bell.ring()
    await bell.wait()
    let start = ContinuousClock.now
    await bell.wait(upTo: .milliseconds(20))
    #expect(start.duration(to: .now) >= .milliseconds(20))
  }

  @Test func ringWakesWhoeverWaits() async {
    let bell = Bell()
    await withTaskGroup { group in
      group.addTask { await bell.wait() }
      group.addTask { bell.ring() }
      await group.waitForAll()
    }
  }

  @Test func cancellationEndsTheWait() async {
    let bell = Bell()
    await withTaskGroup { group in
      group.addTask { await bell.wait() }
      group.cancelAll()
      await group.waitForAll()
    }
  }

  @Test(arguments: [(2, 2.0), (3, 4.0), (4, 8.0), (9, 256.0), (10, 300.0), (60, 300.0)])
  func waitBeforeAnAttemptDoublesUpToItsCap(_ attempt: Int, _ seconds: Double) {
    let policy = RetryPolicy()
    #expect(policy.ceiling(before: attempt) / .seconds(1) == seconds)
    for _ in 0..<20 {
      let wait = policy.wait(before: attempt)
      #expect(wait >= .zero && wait <= policy.ceiling(before: attempt))
    }
  }
}
