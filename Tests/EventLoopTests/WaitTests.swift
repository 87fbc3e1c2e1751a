import EventLoop
import Glibc
import Harness
import Testing

@Suite(.timeLimit(.minutes(1)))
struct WaitTests {
  let loop: EventLoop
  let pair: SocketPair

  init() throws {
    loop = try EventLoop(name: "test")
    pair = try SocketPair()
  }

  /// Begins a wait and returns when the loop knows of it.
  private func begin(_ interest: Readiness, until deadline: ContinuousClock.Instant? = nil) -> Task<
    Readiness, any Error
  > {
    Task { [loop, pair] in try await loop.wait(for: interest, on: pair.near, until: deadline) }
  }

  @Test func readableWhenThePeerHasSent() async throws {
    let wait = begin(.readable)
    pair.sendFromFar()
    #expect(try await wait.value == .readable)
  }

  @Test func readableAtOnceWhenSomethingIsThere() async throws {
    pair.sendFromFar()
    #expect(try await loop.wait(for: .readable, on: pair.near) == .readable)
    #expect(try await loop.wait(for: .readable, on: pair.near) == .readable)
  }

  @Test func writableOnlyWhenThereIsRoom() async throws {
    #expect(try await loop.wait(for: .writable, on: pair.near) == .writable)
    pair.fill()
    await #expect(throws: EventLoopError.timedOut) {
      try await loop.wait(for: .writable, on: pair.near, until: .now + .milliseconds(20))
    }
    pair.drainAtFar()
    #expect(try await loop.wait(for: .writable, on: pair.near) == .writable)
  }

  @Test func hangingUpMakesReadable() async throws {
    let wait = begin(.readable)
    shutdown(pair.far, Int32(SHUT_RDWR))
    #expect(try await wait.value.contains(.readable))
  }

  @Test func theDeadlineEndsAWait() async throws {
    let start = ContinuousClock.now
    await #expect(throws: EventLoopError.timedOut) {
      try await loop.wait(for: .readable, on: pair.near, until: start + .milliseconds(30))
    }
    #expect(ContinuousClock.now - start >= .milliseconds(30))
  }

  @Test func aDeadlineInThePastEndsAWaitAtOnce() async throws {
    await #expect(throws: EventLoopError.timedOut) {
      try await loop.wait(for: .readable, on: pair.near, until: .now - .seconds(1))
    }
  }

  @Test func cancellationEndsAWait() async throws {
    let wait = begin(.readable)
    wait.cancel()
    await #expect(throws: EventLoopError.cancelled) { try await wait.value }
  }

  @Test func aCancelledTaskDoesNotWait() async throws {
    let mayWait = Signal()
    let task = Task { [loop, pair] in
      do { try await mayWait.wait() } catch {}
      return try await loop.wait(for: .readable, on: pair.near)
    }
    task.cancel()
    mayWait.fire()
    await #expect(throws: EventLoopError.cancelled) { try await task.value }
  }

  @Test func aWaitMayBeDeafToCancellation() async throws {
    let task = Task { [loop, pair] in
      try await loop.wait(for: .readable, on: pair.near, cancellable: false)
    }
    task.cancel()
    pair.sendFromFar()
    #expect(try await task.value == .readable)
  }

  @Test func readerAndWriterShareADescriptor() async throws {
    pair.fill()
    let reader = begin(.readable)
    let writer = begin(.writable)
    pair.drainAtFar()
    #expect(try await writer.value == .writable)
    pair.sendFromFar()
    #expect(try await reader.value == .readable)
  }

  @Test func aBadDescriptorIsAnError() async throws {
    await #expect(throws: EventLoopError.system(call: "epoll_ctl", errno: EBADF)) {
      try await loop.wait(for: .readable, on: -1)
    }
  }

  @Test func theNumberOfAClosedDescriptorMayBeUsedAgain() async throws {
    for _ in 0..<50 {
      let pair = try SocketPair()
      pair.sendFromFar()
      #expect(try await loop.wait(for: .readable, on: pair.near) == .readable)
    }
  }

  @Test func manyDescriptorsAreServed() async throws {
    let pairs = try (0..<300).map { _ in try SocketPair() }
    let ready = try await withThrowingTaskGroup(of: Readiness.self) { group in
      for pair in pairs {
        group.addTask { [loop] in
          try await loop.wait(for: .readable, on: pair.near, until: .now + .seconds(30))
        }
      }
      for pair in pairs.reversed() { pair.sendFromFar() }
      return try await group.reduce(into: 0) { count, _ in count += 1 }
    }
    #expect(ready == pairs.count)
  }

  @Test func shutdownEndsAllWaitsAndRefusesNewOnes() async throws {
    let waits = (0..<20).map { _ in begin(.readable, until: .now + .seconds(30)) }
    loop.shutdown()
    for wait in waits {
      await #expect(throws: EventLoopError.shutDown) { try await wait.value }
    }
    await #expect(throws: EventLoopError.shutDown) {
      try await loop.wait(for: .writable, on: pair.near)
    }
  }
}
