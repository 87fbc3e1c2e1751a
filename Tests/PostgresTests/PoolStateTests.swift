import Testing

@testable import Postgres

struct PoolStateTests {
  private typealias State = PoolState<String>

  /// What a decision was, in words.
  private func told(_ acquisition: State.Acquisition) -> String {
    switch acquisition {
    case .granted(.connection(let name)): "lent \(name)"
    case .granted(.open): "open"
    case .mustWait: "wait"
    case .refused: "refused"
    }
  }

  private func told(_ release: State.Return) -> String {
    switch release {
    case .kept: "kept"
    case .handedOver(.connection(let name), let waiter): "\(name) to \(waiter)"
    case .handedOver(.open, let waiter): "open to \(waiter)"
    case .discarded(let name): "discarded \(name ?? "nothing")"
    }
  }

  @Test func opensUpToItsSizeThenQueues() {
    var state = State(size: 2)
    #expect([1, 2, 3, 4].map { told(state.acquire($0)) } == ["open", "open", "wait", "wait"])
    #expect(state.taken == 2)
    #expect(state.waiters == [3, 4])
  }

  @Test func lendsTheConnectionUsedLast() {
    var state = State(size: 2)
    _ = [state.acquire(1), state.acquire(2)]
    #expect([told(state.release("a")), told(state.release("b"))] == ["kept", "kept"])
    #expect(told(state.acquire(3)) == "lent b")
    #expect(state.idle == ["a"])
  }

  @Test func handsOverToTheFirstWaiter() {
    var state = State(size: 1)
    for waiter: UInt64 in 1...3 { _ = state.acquire(waiter) }
    #expect(told(state.release("a")) == "a to 2")
    #expect(told(state.release(nil)) == "open to 3")
    #expect(told(state.release(nil)) == "discarded nothing")
    #expect(state.taken == 0)
  }

  @Test func forgetsWhoGaveUp() {
    var state = State(size: 1)
    for waiter: UInt64 in 1...3 { _ = state.acquire(waiter) }
    let abandoned = [2, 2, 1].map { state.abandon($0) }
    #expect(abandoned == [true, false, false])
    #expect(told(state.release("a")) == "a to 3")
  }

  @Test func refusesWhenClosed() {
    var state = State(size: 2)
    for waiter: UInt64 in 1...3 { _ = state.acquire(waiter) }
    let closed = state.close()
    #expect(closed.waiters == [3])
    #expect(told(state.acquire(4)) == "refused")
    #expect(told(state.release("a")) == "discarded a")
    #expect(state.idle.isEmpty)
  }

  @Test func neverHoldsMoreThanItsSize() {
    var state = State(size: 3)
    var held = 0
    var random = SystemRandomNumberGenerator()
    for waiter: UInt64 in 1...2000 {
      if held == 0 || Bool.random(using: &random) {
        if case .granted = state.acquire(waiter) { held += 1 }
      } else if case .handedOver = state.release(Bool.random(using: &random) ? "c" : nil) {
      } else {
        held -= 1
      }
      #expect(state.taken == held)
      #expect(state.taken + state.idle.count <= 3)
    }
  }
}
