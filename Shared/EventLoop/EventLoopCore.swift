import CLinux
import Glibc
import Synchronization

/// One suspended call of `EventLoop.wait`.
struct Wait: Sendable {
  let id: UInt64
  let fd: Int32
  let interest: Readiness
  let continuation: CheckedContinuation<Result<Readiness, EventLoopError>, Never>
}

/// What the loop and its thread share: the thread holds this and not the loop, so that the loop can go away.
final class EventLoopCore: Sendable {
  private struct Timer {
    let deadline: ContinuousClock.Instant
    let action: @Sendable () -> Void
  }

  private struct State {
    weak var owner: EventLoop?
    var jobs: [UnownedJob] = []
    var waits: [UInt64: Wait] = [:]
    var waitsByDescriptor: [Int32: [UInt64]] = [:]
    var timers: [UInt64: Timer] = [:]
    /// No timer is due before this; it may be too early, never too late.
    var earliest: ContinuousClock.Instant?
    var isShutDown = false
  }

  private let state = Mutex(State())
  private let ids = Atomic<UInt64>(0)
  private let thread = Atomic<UInt>(0)
  private let name: String
  private let epoll: Int32
  private let wakeup: Int32

  init(name: String) throws(EventLoopError) {
    let epoll = epoll_create1(clinux_epoll_cloexec())
    guard epoll >= 0 else { throw .system(call: "epoll_create1", errno: errno) }
    let wakeup = eventfd(0, clinux_eventfd_flags())
    guard wakeup >= 0, clinux_epoll_set(epoll, clinux_epoll_add(), wakeup, clinux_epoll_in()) == 0 else {
      let code = errno
      close(epoll)
      if wakeup >= 0 { close(wakeup) }
      throw .system(call: "eventfd", errno: code)
    }
    self.name = name
    self.epoll = epoll
    self.wakeup = wakeup
  }

  deinit {
    close(epoll)
    close(wakeup)
  }

  var isOnThread: Bool { thread.load(ordering: .relaxed) == clinux_this_thread() }

  func nextID() -> UInt64 { ids.wrappingAdd(1, ordering: .relaxed).newValue }

  func adopt(_ owner: EventLoop) { state.withLock { $0.owner = owner } }

  func start() throws(EventLoopError) {
    let context = Unmanaged.passRetained(self)
    let code = clinux_start_thread(
      { context in
        guard let context else { return nil }
        Unmanaged<EventLoopCore>.fromOpaque(context).takeRetainedValue().run()
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw .system(call: "pthread_create", errno: code)
    }
  }

  func wake() { eventfd_write(wakeup, 1) }
}

/// What any thread may call.
extension EventLoopCore {
  func enqueue(_ job: UnownedJob) {
    state.withLock { $0.jobs.append(job) }
    if !isOnThread { wake() }
  }

  /// `refuse` is asked under the lock: a cancellation either is seen here or finds the wait in the table.
  func add(
    _ wait: Wait, until deadline: ContinuousClock.Instant?, refuse: () -> Bool = { false }
  ) {
    let outcome: Result<Bool, EventLoopError> = state.withLock { state in
      if state.isShutDown { return .failure(.shutDown) }
      if refuse() { return .failure(.cancelled) }
      let others = state.waitsByDescriptor[wait.fd, default: []]
      let interest = others.reduce(into: wait.interest) { $0.formUnion(state.waits[$1]?.interest ?? []) }
      if let failure = arm(wait.fd, for: interest) { return .failure(failure) }
      state.waits[wait.id] = wait
      state.waitsByDescriptor[wait.fd] = others + [wait.id]
      guard let deadline else { return .success(false) }
      let timer = Timer(deadline: deadline) { [weak self] in
        self?.finish(wait.id, with: .failure(.timedOut))
      }
      return .success(Self.set(timer, wait.id, in: &state))
    }
    switch outcome {
    case .failure(let error): wait.continuation.resume(returning: .failure(error))
    case .success(let isEarliest): if isEarliest, !isOnThread { wake() }
    }
  }

  /// Resumes a wait unless it has been resumed already.
  func finish(_ id: UInt64, with result: Result<Readiness, EventLoopError>) {
    state.withLock { Self.remove(id, from: &$0) }?.continuation.resume(returning: result)
  }

  func schedule(_ id: UInt64, at deadline: ContinuousClock.Instant, _ action: @escaping @Sendable () -> Void)
  {
    let isEarliest = state.withLock { Self.set(Timer(deadline: deadline, action: action), id, in: &$0) }
    if isEarliest, !isOnThread { wake() }
  }

  /// True if the timer comes before all others, so that the thread must reckon its sleep anew.
  private static func set(_ timer: Timer, _ id: UInt64, in state: inout State) -> Bool {
    state.timers[id] = timer
    if let earliest = state.earliest, earliest <= timer.deadline { return false }
    state.earliest = timer.deadline
    return true
  }

  func cancelTimer(_ id: UInt64) { state.withLock { $0.timers[id] = nil } }

  func shutdown() {
    let waits = state.withLock { state in
      state.isShutDown = true
      return state.waits.keys.compactMap { Self.remove($0, from: &state) }
    }
    for wait in waits { wait.continuation.resume(returning: .failure(.shutDown)) }
  }

  private static func remove(_ id: UInt64, from state: inout State) -> Wait? {
    guard let wait = state.waits.removeValue(forKey: id) else { return nil }
    state.timers[id] = nil
    let others = state.waitsByDescriptor[wait.fd, default: []].filter { $0 != id }
    state.waitsByDescriptor[wait.fd] = others.isEmpty ? nil : others
    return wait
  }

  /// Arms for one event; a closed descriptor leaves epoll by itself, so its number may be known or new.
  private func arm(_ fd: Int32, for interest: Readiness) -> EventLoopError? {
    let events = interest.events | clinux_epoll_oneshot()
    if clinux_epoll_set(epoll, clinux_epoll_modify(), fd, events) == 0 { return nil }
    guard errno == ENOENT else { return .system(call: "epoll_ctl", errno: errno) }
    if clinux_epoll_set(epoll, clinux_epoll_add(), fd, events) == 0 { return nil }
    return .system(call: "epoll_ctl", errno: errno)
  }
}

/// What runs on the loop's thread.
extension EventLoopCore {
  fileprivate func run() {
    clinux_name_this_thread(name)
    thread.store(clinux_this_thread(), ordering: .relaxed)
    let capacity = 64
    withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: capacity) { events in
      while runJobs() {
        let count = epoll_wait(epoll, events.baseAddress, Int32(capacity), timeout())
        for index in 0..<max(0, Int(count)) { handle(&events[index]) }
        fireTimers()
      }
    }
  }

  /// False once the loop has no owner: then no actor is left that could have a job here.
  private func runJobs() -> Bool {
    let (owner, jobs) = state.withLock { state in
      defer { state.jobs = [] }
      return (state.owner, state.jobs)
    }
    guard let owner else { return false }
    for job in jobs { job.runSynchronously(on: owner.asUnownedSerialExecutor()) }
    return true
  }

  private func handle(_ event: inout epoll_event) {
    let fd = clinux_event_fd(&event)
    let ready = Readiness(events: clinux_event_mask(&event))
    guard fd != wakeup else {
      var count: UInt64 = 0
      eventfd_read(wakeup, &count)
      return
    }
    let done = state.withLock { state in
      let waits = state.waitsByDescriptor[fd, default: []].compactMap { state.waits[$0] }
      let done = waits.filter { !$0.interest.isDisjoint(with: ready) }
      for wait in done { _ = Self.remove(wait.id, from: &state) }
      let rest = state.waitsByDescriptor[fd, default: []].compactMap { state.waits[$0]?.interest }
      if !rest.isEmpty { _ = arm(fd, for: Readiness(rest)) }
      return done
    }
    for wait in done { wait.continuation.resume(returning: .success(ready.intersection(wait.interest))) }
  }

  private func fireTimers() {
    let now = ContinuousClock.now
    let due = state.withLock { state in
      guard let earliest = state.earliest, earliest <= now else { return [Timer]() }
      let due = state.timers.filter { $0.value.deadline <= now }
      for id in due.keys { state.timers[id] = nil }
      state.earliest = state.timers.values.map(\.deadline).min()
      return due.values.sorted { $0.deadline < $1.deadline }
    }
    for timer in due { timer.action() }
  }

  /// Milliseconds for epoll_wait, rounded up; -1 without a timer, 0 if a job has come meanwhile.
  private func timeout() -> Int32 {
    state.withLock { state in
      guard state.jobs.isEmpty else { return 0 }
      guard let earliest = state.earliest else { return -1 }
      let left = max(.zero, earliest - ContinuousClock.now)
      let milliseconds = left / .milliseconds(1)
      return Int32(min(milliseconds.rounded(.up), 60_000))
    }
  }
}
