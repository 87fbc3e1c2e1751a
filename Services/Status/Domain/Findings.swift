import Contracts

extension RunSnapshot {
  /// The joins as they were measured, where clips are meant to continue each other.
  var continuedSeams: [Seam]? {
    guard request.continuity == .continuation, case .stitch(let result) = result(.stitch) else { return nil }
    return result.seams
  }

  /// What the services found in the film; it withholds nothing.
  var findings: [Warning] {
    var findings: [Warning] = []
    if case .stitch(let result) = result(.stitch) { findings += result.findings ?? [] }
    findings += (continuedSeams ?? []).compactMap(\.warning)
    if case .mix(let result) = result(.mix) { findings += result.findings ?? [] }
    return findings
  }
}

extension Seam {
  fileprivate var warning: Warning? {
    guard verdict != .good else { return nil }
    let looks = verdict == .visible ? "can be seen" : "looks like a cut"
    return Warning(
      code: "seam_\(verdict.rawValue)", phase: "stitch",
      detail:
        "The join before chunk \(chunk + 1) \(looks): \(relativePsnrDb) dB beside its neighbours.")
  }
}
