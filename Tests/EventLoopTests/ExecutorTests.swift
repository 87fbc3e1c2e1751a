import EventLoop
import Glibc
import Harness
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ExecutorTests {
  /// An actor that lives on a loop.
  private actor Counter {
    let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }
    private(set) var count = 0

    init(_ loop: EventLoop) { self.loop = loop }

    func increase() -> Bool {
      count += 1
      loop.assertIsolated()
      return loop.isIsolatingCurrentContext() == true
    }

    func waitForever(on fd: Int32) async throws(EventLoopError) {
      try await loop.wait(for: .readable, on: fd)
    }
  }

  @Test func actorsRunOnTheThreadOfTheLoop() async throws {
    let loop = try EventLoop(name: "test")
    let counter = Counter(loop)
    #expect(loop.isIsolatingCurrentContext() == false)
    #expect(await counter.increase())
  }

  @Test func callsFromManyTasksAreSerial() async throws {
    let counter = Counter(try EventLoop(name: "test"))
    await withTaskGroup { group in
      for _ in 0..<500 { group.addTask { _ = await counter.increase() } }
    }
    #expect(await counter.count == 500)
  }

  @Test func anActorThatWaitsDoesNotBlockTheLoop() async throws {
    let loop = try EventLoop(name: "test")
    let counter = Counter(loop)
    let pair = try SocketPair()
    let wait = Task { try await counter.waitForever(on: pair.near) }
    #expect(await counter.increase())
    wait.cancel()
    await #expect(throws: EventLoopError.cancelled) { try await wait.value }
  }

  @Test func actorsGoOnAfterShutdown() async throws {
    let loop = try EventLoop(name: "test")
    let counter = Counter(loop)
    loop.shutdown()
    #expect(await counter.increase())
  }

  @Test func theThreadEndsWithTheLastReference() async throws {
    weak var gone: EventLoop?
    do {
      let loop = try EventLoop(name: "test")
      gone = loop
      #expect(await Counter(loop).increase())
    }
    // The thread itself may hold the loop for the moment in which it runs jobs.
    while gone != nil { await Task.yield() }
  }

  @Test func timersFireInTheirOrder() async throws {
    let loop = try EventLoop(name: "test")
    let fired = Recorder<Int>()
    let done = Signal()
    let now = ContinuousClock.now
    for (number, delay) in [(3, 30), (1, 5), (2, 15)] {
      _ = loop.schedule(at: now + .milliseconds(delay)) {
        fired.record(number)
        done.fire()
      }
    }
    try await done.wait(count: 3)
    #expect(fired.values == [1, 2, 3])
  }

  @Test func aCancelledTimerDoesNotFire() async throws {
    let loop = try EventLoop(name: "test")
    let cancelled = Signal()
    let other = Signal()
    let now = ContinuousClock.now
    loop.schedule(at: now + .milliseconds(5)) { cancelled.fire() }.cancel()
    _ = loop.schedule(at: now + .milliseconds(20)) { other.fire() }
    try await other.wait()
    #expect(cancelled.count == 0)
  }

  @Test func blockingCallsRunElsewhere() async throws {
    let loop = try EventLoop(name: "test")
    let isOnLoop = try await loop.runOnOwnThread(until: .now + .seconds(20)) { [loop] in
      loop.isIsolatingCurrentContext() == true
    }
    #expect(!isOnLoop)
  }

  @Test func nobodyWaitsForABlockingCallBeyondTheDeadline() async throws {
    let loop = try EventLoop(name: "test")
    let pair = try SocketPair()
    await #expect(throws: EventLoopError.timedOut) {
      try await loop.runOnOwnThread(until: .now + .milliseconds(20)) {
        var descriptor = pollfd(fd: pair.near, events: Int16(POLLIN), revents: 0)
        poll(&descriptor, 1, 10_000)
      }
    }
    pair.sendFromFar()
  }

  @Test func namesAreLookedUp() async throws {
    let loop = try EventLoop(name: "test")
    let addresses = try await loop.addresses(of: "localhost", until: .now + .seconds(20))
    #expect(!Set(addresses).isDisjoint(with: ["127.0.0.1", "::1"]))
    #expect(try await loop.addresses(of: "10.1.2.3", until: .now + .seconds(20)) == ["10.1.2.3"])
  }
}
