import Contracts
import Logging
import Queue
import ServiceKit
import ServiceLifecycle
import Synchronization

/// Says to the other services what Status has decided, until they answer.
///
/// Woken by the process right after a commit; the poll finds what other replicas left. Commands of one task
/// are sent in their order, those of different tasks together.
final class CommandSender: Service {
  private let store: CommandStore
  private let neighbours: Neighbours
  private let bell: Bell
  private let poll: Duration?
  private let logger: Logger
  private let state = Mutex((stopping: false, sending: 0))

  /// A nil `poll` never looks without being woken.
  init(
    store: CommandStore, neighbours: Neighbours, bell: Bell, poll: Duration? = .milliseconds(250),
    logger: Logger
  ) {
    self.store = store
    self.neighbours = neighbours
    self.bell = bell
    self.poll = poll
    self.logger = logger
  }

  private static var most: Int { 32 }

  /// On a graceful shutdown takes nothing new and waits for the answers under way.
  func run() async throws {
    await withGracefulShutdownHandler {
      await withDiscardingTaskGroup { group in
        while let due = await next() {
          for command in due {
            group.addTask { await self.send(command) }
          }
        }
      }
    } onGracefulShutdown: {
      self.state.withLock { $0.stopping = true }
      self.bell.ring()
    }
  }

  /// What is due, perhaps nothing after a wait; nil when it is time to stop.
  private func next() async -> [DueCommand]? {
    let (stopping, room) = state.withLock { ($0.stopping, Self.most - $0.sending) }
    if stopping || Task.isCancelled { return nil }
    do {
      let due = room > 0 ? try await store.claim(limit: room) : []
      state.withLock { $0.sending += due.count }
      if due.isEmpty { await bell.wait(upTo: poll) }
      return due
    } catch {
      logger.warning("commands cannot be read", metadata: ["error": "\(error)"])
      await bell.wait(upTo: .seconds(1))
      return []
    }
  }

  private func send(_ command: DueCommand) async {
    defer {
      state.withLock { $0.sending -= 1 }
      bell.ring()
    }
    do {
      try await store.settle(command, answer: try await answer(to: command))
    } catch let problem as Problem where problem.isFinal {
      await refused(command, problem)
    } catch {
      await postpone(command, error)
    }
  }

  private func answer(to command: DueCommand) async throws -> TaskReport? {
    switch (command.kind, command.command, command.task) {
    case (.task, let task?, _): return try await neighbours.submit(task)
    case (.cancel, _, let task?):
      return try await neighbours.cancel(task, at: command.service, user: command.user)
    case (.erase, _, _):
      try await neighbours.erase(command.run, at: command.service, user: command.user)
      return nil
    default: return nil
    }
  }

  private func refused(_ command: DueCommand, _ problem: Problem) async {
    logger.warning(
      "a command was refused",
      metadata: [
        "kind": "\(command.kind)", "service": "\(command.service)", "code": "\(problem.code)",
        "runId": "\(command.run)",
      ])
    let fault = TaskFault(
      code: problem.code, detail: problem.detail, kind: problem.statusCode == 422 ? .userInput : .bug)
    do {
      try await store.refuse(command, fault: fault)
    } catch {
      await postpone(command, error)
    }
  }

  private func postpone(_ command: DueCommand, _ error: any Error) async {
    if command.attempts == 1 || command.attempts.isMultiple(of: 10) {
      logger.notice(
        "a command has to wait",
        metadata: [
          "kind": "\(command.kind)", "service": "\(command.service)", "runId": "\(command.run)",
          "error": "\(error)",
        ])
    }
    do {
      try await store.postpone(command, by: Self.delay(after: command.attempts))
    } catch {
      logger.debug("a command waits for the end of its lease", metadata: ["error": "\(error)"])
    }
  }

  /// 100 ms, doubled up to 5 s, of which chance takes up to a half.
  static func delay(after attempts: Int) -> Duration {
    let ceiling = min(5_000, 100 << min(attempts - 1, 10))
    return .milliseconds(Int.random(in: ceiling / 2...ceiling))
  }
}
