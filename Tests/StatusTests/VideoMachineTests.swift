import Contracts
import Testing

@testable import Status

struct VideoMachineTests {
  /// The drawing of ARCHITECTURE §5, written out apart from the table.
  static let legal: [VideoStatus: Set<VideoStatus>] = [
    .pending: [.planning, .blockedBudget, .cancelling, .failed],
    .planning: [.planned, .blockedBudget, .cancelling, .failed],
    .planned: [.generatingReferences, .blockedBudget, .cancelling, .failed],
    .generatingReferences: [.generatingChunks, .blockedBudget, .cancelling, .failed],
    .generatingChunks: [.stitching, .blockedBudget, .cancelling, .failed],
    .stitching: [.mixing, .blockedBudget, .cancelling, .failed],
    .mixing: [.completed, .blockedBudget, .cancelling, .failed],
    .completed: again,
    .blockedBudget: [
      .pending, .planning, .planned, .generatingReferences, .generatingChunks, .stitching, .mixing,
      .cancelling, .failed,
    ],
    .cancelling: [.cancelled],
    .cancelled: again,
    .failed: again,
  ]
  static let again: Set<VideoStatus> = [
    .planning, .planned, .generatingReferences, .generatingChunks, .stitching, .mixing,
  ]

  @Test(arguments: VideoStatus.allCases, VideoStatus.allCases)
  func everyEdgeIsAsDrawn(from: VideoStatus, to: VideoStatus) {
    #expect(VideoMachine.table.allows(from: from, to: to) == Self.legal[from]?.contains(to))
  }

  @Test func progressFloorsAreAsDrawn() {
    let floors = VideoMachine.chain.map { VideoMachine.table[$0].progressFloor }
    #expect(floors == [0, 2, 20, 20, 40, 80, 90, 100])
  }

  @Test func onlyEndsAreTerminal() {
    let ends = VideoStatus.allCases.filter { VideoMachine.table[$0].terminal }
    #expect(Set(ends) == [.completed, .cancelled, .failed])
  }

  @Test func descriptionHoldsTheWholeTable() {
    let description = VideoMachine.table.description
    #expect(description.states.map(\.name) == VideoStatus.allCases.map(\.rawValue))
    #expect(description.states.map(\.order) == Array(0..<12))
    #expect(description.edges.count == Self.legal.values.reduce(0) { $0 + $1.count })
    #expect(Set(description.edges.map { "\($0.from) \($0.to)" }).count == description.edges.count)
  }
}

struct StepMachineTests {
  @Test(arguments: TaskState.allCases, TaskState.allCases)
  func nothingLeavesAnEnd(from: TaskState, to: TaskState) {
    if from.isTerminal { #expect(!StepMachine.table.allows(from: from, to: to)) }
  }

  @Test(arguments: TaskState.allCases.filter { !$0.isTerminal })
  func everyEndCanBeReported(from: TaskState) {
    for end in TaskState.allCases where end.isTerminal {
      #expect(StepMachine.table.allows(from: from, to: end))
    }
  }

  @Test func cancelingIsNotTakenBack() {
    for state in TaskState.allCases where !state.isTerminal {
      #expect(!StepMachine.table.allows(from: .canceling, to: state))
    }
  }
}
