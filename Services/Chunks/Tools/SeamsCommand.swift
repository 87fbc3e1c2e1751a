import ArgumentParser
import Contracts
import Media

/// `longtake-chunks seams IN… [--json]`.
struct SeamsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "seams", abstract: "Measure how well clips continue each other.",
    discussion: """
      PSNR is given beside that of the neighbouring frames: from -2 dB a join is visible, from -4 dB broken. A \
      step of a mean of more than 0.5 levels, or a speed that changes to less than half or more than twice, is \
      visible too.
      """)

  @Argument(help: "The clips, in the order of the film.") var inputs: [String]
  @Flag(help: "For machines.") var json = false

  func validate() throws {
    guard inputs.count > 1 else { throw ValidationError("Name at least two clips.") }
  }

  func run() throws {
    let report = try Seams.measure(inputs)
    let limit = SeamReport.largestDrift(joins: report.joins.count)
    let answer = Answer(
      seams: report.joins.map { Answer.Row(seam: Seam($0), psnrDb: $0.psnrDb, isRepeated: $0.isRepeated) },
      drift: report.drift, driftVerdict: abs(report.drift) <= limit ? .good : .visible)
    guard json else { throw CleanExit.message(answer.text(of: inputs)) }
    throw CleanExit.message(String(decoding: try JSON.encode(answer), as: UTF8.self))
  }
}

extension SeamsCommand {
  /// What is printed for machines.
  struct Answer: Encodable {
    struct Row: Encodable {
      let seam: Seam
      let psnrDb: Double
      let isRepeated: Bool
    }

    let seams: [Row]
    /// What the steps of luma add up to.
    let drift: Double
    let driftVerdict: Seam.Verdict

    func text(of inputs: [String]) -> String {
      let rows = seams.map { row in
        let seam = row.seam
        let motion = seam.motionRatio.map { "\($0)" } ?? "none"
        return "\(inputs[seam.chunk - 1]) → \(inputs[seam.chunk]): \(seam.verdict.rawValue), "
          + "\(seam.relativePsnrDb) dB, SSIM \(seam.ssim), ΔY \(seam.deltaY), ΔU \(seam.deltaU), "
          + "ΔV \(seam.deltaV), motion \(motion)" + (row.isRepeated ? ", repeats the last frame" : "")
      }
      let total = (drift * 100).rounded() / 100
      return (rows + ["drift of luma: \(total), \(driftVerdict.rawValue)"]).joined(separator: "\n")
    }
  }
}
