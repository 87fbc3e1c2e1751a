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
    let seams = continuedSeams ?? []
    findings += seams.compactMap(\.warning)
    let drift = seams.reduce(0) { $0 + $1.deltaY }
    if abs(drift) > Self.largestDrift {
      let direction = drift > 0 ? "lighter" : "darker"
      findings.append(
        Warning(
          code: "luma_drift", phase: "stitch",
          detail: "The film grows \(direction) from chunk to chunk, by \(abs(drift).rounded()) levels in all."
        ))
    }
    if case .mix(let result) = result(.mix) { findings += result.findings ?? [] }
    return findings
  }

  /// In 8-bit levels of luma, over the whole film.
  private static let largestDrift = 1.0
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
