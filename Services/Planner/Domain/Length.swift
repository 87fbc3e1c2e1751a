import Contracts

/// How long a film becomes, and what was changed of the request to get there.
struct Length: Sendable, Equatable {
  var frameCount: Int
  var notes: [String]

  var seconds: Double { Timeline.seconds(frameCount) }

  /// An explicit length is kept, to whole frames; only the default one is shortened for an ad.
  init(_ request: VideoRequest, describesAd: Bool) {
    let shortens = request.durationSeconds == nil && request.optimizeDuration && describesAd
    let wanted = request.durationSeconds ?? (shortens ? Timeline.adSeconds : Timeline.defaultSeconds)
    frameCount = Timeline.frames(wanted)
    notes = []
    if shortens {
      let from = Self.text(Timeline.defaultSeconds)
      notes.append("shortened from \(from) s to \(Self.text(wanted)) s: the prompt describes an ad")
    }
    if abs(seconds - wanted) > 1e-9 {
      notes.append(
        "rounded from \(Self.text(wanted)) s to \(Self.text(seconds)) s: whole frames at \(Timeline.fps) fps")
    }
  }

  /// With at most three places, `10` or `29.967`.
  private static func text(_ seconds: Double) -> String {
    let thousandths = Int((seconds * 1000).rounded())
    var text = "\(thousandths / 1000)"
    if thousandths % 1000 != 0 {
      var fraction = String(1000 + thousandths % 1000).dropFirst()
      while fraction.hasSuffix("0") { fraction.removeLast() }
      text += ".\(fraction)"
    }
    return text
  }
}
