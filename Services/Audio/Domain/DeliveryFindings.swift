import Contracts

extension [DeliveryCheck] {
  var verdict: DeliveryCertificate.Verdict {
    contains { $0.verdict != .pass } ? .passedWithFindings : .passed
  }

  /// What is wrong with the film's structure, one sentence for each fault.
  var faults: [String] {
    filter { $0.verdict == .fail }.map { "\($0.name) is \($0.value.text) instead of \($0.limit.text)." }
  }

  /// The findings as sentences; Status tells of each join.
  var warnings: [Warning] {
    filter { $0.verdict == .warn }.compactMap { check in
      guard let (code, sentence) = check.finding else { return nil }
      return Warning(code: code, phase: "mix", detail: sentence)
    }
  }
}

extension DeliveryCheck {
  fileprivate var finding: (code: String, sentence: String)? {
    switch name {
    case "black_seconds": ("film_black", "The film is black for \(value.text) s.")
    case "frozen_seconds":
      ("film_frozen", "The picture stands still for \(value.text) s where it should move.")
    case "loudness_lufs":
      ("loudness_unusual", "The sound's loudness is \(value.text) LUFS; \(limit.text) is usual.")
    case "true_peak_dbtp": ("true_peak_high", "The sound peaks at \(value.text) dBTP and may clip.")
    case "luma_drift":
      ("luma_drift", "The film grows lighter or darker from chunk to chunk, by \(value.text) levels in all.")
    default: nil
    }
  }
}

extension CheckValue {
  /// The value as it is read in a sentence.
  var text: String {
    switch self {
    case .number(let number):
      number == number.rounded() && abs(number) < 1e15 ? "\(Int(number))" : "\(number)"
    case .text(let text): text
    case .flag(let flag): flag ? "true" : "false"
    }
  }
}
