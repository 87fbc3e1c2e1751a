import Contracts

@testable import Status

/// Workers, a lossy bell and an impatient user around one run, all driven by a seed.
struct Simulation {
  var conduct: Conduct
  private var numbers: SeededNumbers
  /// The truth at the workers.
  private var tasks: [TaskID: TaskReport] = [:]
  /// Facts on their way.
  private var mail: [TaskReport] = []
  private var checked = Check()
  /// What must never happen and did.
  var faults: [String] { checked.faults }

  init(seed: UInt64) {
    numbers = SeededNumbers(state: seed)
    conduct = Conduct(
      .fresh(
        continuity: seed % 2 == 0 ? .continuation : .independent, music: seed % 5 != 0,
        approval: seed % 7 == 0 ? .plan : .auto))
  }

  /// A time in which anything may happen.
  mutating func live(ticks: Int) {
    for _ in 0..<ticks {
      switch Int.random(in: 0..<100, using: &numbers) {
      case 0..<35: work()
      case 35..<60: deliver()
      case 60..<65: if let index = mail.indices.randomElement(using: &numbers) { mail.remove(at: index) }
      case 65..<70: if let fact = mail.randomElement(using: &numbers) { mail.append(fact) }
      case 70..<90: sweep()
      case 90..<91: conduct.request(.cancel)
      case 91..<95: conduct.request(.retry)
      case 95..<96: conduct.request(.mix)
      default: conduct.request(.approve)
      }
      checked.look(at: conduct)
    }
  }

  /// The time after the faults: workers succeed, the sweeper asks.
  mutating func settle() {
    for _ in 0..<150 {
      conduct.request(.approve)
      sweep()
      for id in tasks.keys { proceed(id, failing: false) }
      checked.look(at: conduct)
    }
  }

  private mutating func work() {
    guard let id = tasks.keys.sorted(by: { $0.description < $1.description }).randomElement(using: &numbers)
    else { return }
    proceed(id, failing: Int.random(in: 0..<25, using: &numbers) == 0)
  }

  private mutating func proceed(_ id: TaskID, failing: Bool) {
    guard var task = tasks[id], !task.state.isTerminal else { return }
    let way: [TaskState] = [.queued, .preparing, .creating, .awaitingProvider, .verifying, .succeeded]
    let position = way.firstIndex(of: task.state) ?? way.count - 1
    task.state =
      task.state == .canceling ? .canceled : failing ? .failed : way[min(position + 1, way.count - 1)]
    task.version += 1
    task.progress = min(100, task.progress + 15)
    if task.state == .succeeded {
      task.result = .made(for: task.step, spec: .film(chunks: 4), take: task.generation)
    }
    tasks[id] = task
    mail.append(task)
  }

  private mutating func deliver() {
    guard let index = mail.indices.randomElement(using: &numbers) else { return }
    conduct.report(mail.remove(at: index))
  }

  /// Sends what is open again; the answer is the truth.
  private mutating func sweep() {
    for step in conduct.run.openSteps {
      let id = conduct.run.taskId(of: step)
      var task =
        tasks[id]
        ?? .of(step.key, .queued, run: conduct.run, generation: step.generation, version: 0)
      if step.cancelRequested, !task.state.isTerminal, task.state != .canceling {
        task.state = .canceling
        task.version += 1
      }
      tasks[id] = task
      conduct.report(task)
    }
  }
}

/// What holds after every tick.
private struct Check {
  var faults: [String] = []
  private var moves = 0
  private var dispatches: Set<String> = []
  private var counted = 0
  private var progress = (generation: 1, percent: 0)
  private var seen: Set<VideoStatus> = [.pending]

  mutating func look(at conduct: Conduct) {
    history(conduct)
    work(conduct)
    let run = conduct.run
    if run.generation == progress.generation, run.progress < progress.percent {
      faults.append("progress fell from \(progress.percent) to \(run.progress)")
    }
    progress = (run.generation, run.progress)
  }

  private mutating func history(_ conduct: Conduct) {
    for move in conduct.moves.dropFirst(moves) {
      if VideoMachine.table.actor(from: move.from, to: move.to) != move.by {
        faults.append("illegal \(move.from) to \(move.to)")
      }
      if VideoMachine.table[move.from].terminal { seen = [] }
      if !seen.insert(move.to).inserted { faults.append("\(move.to) twice") }
    }
    moves = conduct.moves.count
  }

  private mutating func work(_ conduct: Conduct) {
    for step in conduct.run.steps.dropFirst(counted) {
      let name = "\(step.key.rawValue)#\(step.generation)"
      if !dispatches.insert(name).inserted { faults.append("\(name) dispatched twice") }
      let others = conduct.run.steps.filter { $0.key == step.key && $0.generation != step.generation }
      if others.contains(where: { $0.isOpen || ($0.succeeded && !$0.superseded) }) {
        faults.append("\(name) made again")
      }
    }
    counted = conduct.run.steps.count
  }
}
