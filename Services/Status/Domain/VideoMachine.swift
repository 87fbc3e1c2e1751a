import Contracts

/// The states of a video and the edges between them (ARCHITECTURE §5).
enum VideoMachine {
  /// The way of a video that nothing interrupts.
  static let chain: [VideoStatus] = [
    .pending, .planning, .planned, .generatingReferences, .generatingChunks, .stitching, .mixing, .completed,
  ]
  /// The states in which work may be going on.
  static let working = chain.dropLast()
  /// The states in which a new generation may begin; the work before that is there already.
  static let entrances: [VideoStatus] = [
    .planning, .planned, .generatingReferences, .generatingChunks, .stitching, .mixing,
  ]

  static let table = Machine<VideoStatus>(name: "video", edges: edges, row: row)

  private static let edges: [Machine<VideoStatus>.Edge] =
    zip(chain, chain.dropFirst()).map { .init(from: $0, to: $1, by: .conductor) }
    + working.flatMap { state in
      [
        .init(from: state, to: .blockedBudget, by: .conductor),
        .init(from: .blockedBudget, to: state, by: .conductor),
        .init(from: state, to: .cancelling, by: .user),
        .init(from: state, to: .failed, by: .conductor),
      ]
    }
    + [
      .init(from: .blockedBudget, to: .cancelling, by: .user),
      .init(from: .blockedBudget, to: .failed, by: .conductor),
      .init(from: .cancelling, to: .cancelled, by: .conductor),
    ]
    + [VideoStatus.failed, .cancelled, .completed].flatMap { end in
      entrances.map { .init(from: end, to: $0, by: .user) }
    }

  private static func row(_ status: VideoStatus) -> Machine<VideoStatus>.Row {
    switch status {
    case .pending: .init(message: "Waiting to be planned", progressFloor: 0, terminal: false)
    case .planning: .init(message: "Planning the film", progressFloor: 2, terminal: false)
    case .planned: .init(message: "The plan is ready", progressFloor: 20, terminal: false)
    case .generatingReferences:
      .init(message: "Making the reference image", progressFloor: 20, terminal: false)
    case .generatingChunks: .init(message: "Generating chunks", progressFloor: 40, terminal: false)
    case .stitching: .init(message: "Stitching the chunks", progressFloor: 80, terminal: false)
    case .mixing: .init(message: "Mixing the music", progressFloor: 90, terminal: false)
    case .completed: .init(message: "The film is ready", progressFloor: 100, terminal: true)
    case .blockedBudget:
      .init(message: "Waiting for a higher budget", progressFloor: 0, terminal: false)
    case .cancelling: .init(message: "Cancelling", progressFloor: 0, terminal: false)
    case .cancelled: .init(message: "Cancelled", progressFloor: 0, terminal: true)
    case .failed: .init(message: "Failed", progressFloor: 0, terminal: true)
    }
  }

  /// Where a status stands in the chain; nil beside it.
  static func position(of status: VideoStatus) -> Int? { chain.firstIndex(of: status) }
}
