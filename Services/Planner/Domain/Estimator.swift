import Contracts
import Providers

/// Prices a plan and says how long it will take.
struct Estimator: Sendable {
  var writer = TemplatePlanWriter()

  /// What `request` would cost and take, from the very plan that it would be made by.
  func estimate(_ request: VideoRequest) throws(RequestFaults) -> Estimate {
    estimate(try writer.plan(request))
  }

  private func estimate(_ spec: Spec) -> Estimate {
    let model = writer.catalogue.model(named: spec.model)
    let chunks = model?.cost(clips: spec.chunkCount) ?? .zero
    var byPhase = Dictionary(
      uniqueKeysWithValues: ["plan", "reference", "stitch", "music", "mix"].map { ($0, MicroDollars.zero) })
    byPhase["chunks"] = chunks
    let made = Double(spec.chunkCount) * spec.chunkDurationSeconds
    return Estimate(
      chunkCount: spec.chunkCount, chunkDurationSeconds: spec.chunkDurationSeconds,
      trimmedSeconds: max(0, made - spec.durationSeconds),
      cost: .init(min: chunks, expected: chunks, max: chunks, byPhase: byPhase), etaSeconds: Self.eta(spec))
  }

  /// Of the local providers, which render 720p at about twice real time on two cores.
  private static func eta(_ spec: Spec) -> Estimate.Eta {
    let hd = 1280.0 * 720
    let rendering = spec.durationSeconds * Double(spec.width * spec.height) / hd
    return Estimate.Eta(p50: (1.5 + rendering * 0.5).rounded(.up), p90: (3 + rendering * 1.2).rounded(.up))
  }
}
