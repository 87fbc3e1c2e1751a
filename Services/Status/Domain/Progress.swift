import Contracts

extension RunSnapshot {
  /// 0…100, from the results and from how far the running steps are.
  var derivedProgress: Int {
    if status == .completed { return 100 }
    let goal = VideoMachine.position(of: reached) ?? 0
    let position = min(goal, VideoMachine.position(of: status) ?? goal)
    let floor = VideoMachine.table[VideoMachine.chain[position]].progressFloor
    // On the way to where the results reach, a status shows its floor.
    guard position == goal, position + 1 < VideoMachine.chain.count else { return min(99, floor) }
    let ceiling = VideoMachine.table[VideoMachine.chain[position + 1]].progressFloor
    return min(99, floor + (ceiling - floor) * percent(within: reached) / 100)
  }

  private func percent(within status: VideoStatus) -> Int {
    switch status {
    case .planning: progress(of: .plan)
    case .generatingReferences: progress(of: .reference)
    case .generatingChunks:
      chunkKeys.reduce(0) { $0 + progress(of: $1) } / max(1, chunkKeys.count)
    case .stitching: progress(of: .stitch)
    case .mixing: progress(of: .mix)
    case .pending, .planned, .completed, .blockedBudget, .cancelling, .cancelled, .failed: 0
    }
  }

  private func progress(of key: StepKey) -> Int {
    switch slot(key) {
    case .missing, .failed: 0
    case .open(let step): min(99, max(0, step.report?.progress ?? 0))
    case .done: 100
    }
  }

  /// What happens now, in a short sentence for people.
  var message: String {
    let table = VideoMachine.table[status].message
    switch status {
    case .planned where !approved: return "The plan is ready and waits for approval"
    case .generatingChunks where !chunkKeys.isEmpty:
      return "Generating chunk \(min(chunksDone + 1, chunkKeys.count)) of \(chunkKeys.count)"
    case .mixing where !musicResolved: return "Waiting for the music"
    case .failed: return failure.map { "Failed: \($0.detail)" } ?? table
    default: return table
    }
  }

  /// What did not go as asked and stopped nothing.
  var warnings: [Warning] {
    let missing = [
      warning(.reference, "reference_failed", "The film was made without a reference image"),
      warning(.music, "music_failed", "The film was made without music"),
    ].compactMap(\.self)
    return missing + findings
  }

  private func warning(_ key: StepKey, _ code: String, _ sentence: String) -> Warning? {
    guard result(key) == nil, let step = steps.last(where: { $0.key == key }), !step.isOpen else {
      return nil
    }
    if step.state == .canceled, status != .completed { return nil }
    let reason = step.report?.fault.map { ": \($0.detail)" } ?? "."
    return Warning(code: code, phase: key.phaseName, detail: sentence + reason)
  }
}
