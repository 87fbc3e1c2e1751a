import Contracts
import Media

/// What a finished film is measured against.
struct DeliveryPlan: Sendable, Equatable {
  let frameCount: Int
  let fps: Int
  /// Nil where the command does not say.
  let width: Int?
  let height: Int?
  let hasSound: Bool
  /// A factor on the music's samples.
  let volume: Double
  /// Empty where the clips are not meant to continue each other.
  let seams: [Seam]
  /// Frames in which the plan moves nothing.
  let still: [Range<Int>]

  init(_ input: MixInput) {
    frameCount = input.frameCount
    fps = input.fps
    width = input.width
    height = input.height
    hasSound = input.music != nil
    volume = input.volume
    seams = input.seams ?? []
    still = (input.still ?? []).filter { $0.start < $0.end }.map { $0.start..<$0.end }
  }

  /// Every check of a film; one that failed is a fault of its structure.
  func checks(of film: FilmInspection) -> [DeliveryCheck] {
    pictureChecks(film) + soundChecks(film) + findings(film)
  }
}

extension DeliveryPlan {
  private func pictureChecks(_ film: FilmInspection) -> [DeliveryCheck] {
    let video = film.info.videos.first
    let seconds = video?.durationSeconds ?? 0
    // Clips of a provider may be in full range, which libav names apart.
    let range = video?.pixelFormat?.hasPrefix("yuvj") == true ? "yuvj" : "yuv"
    var checks = [
      must("video_streams", .count(film.info.videos.count), .count(1)),
      must("frame_count", .count(film.frameCount), .count(frameCount)),
      must("decodable_frames", .count(film.decodedFrames), .count(frameCount)),
      must(
        "constant_frame_rate", .text(film.constantRate.map(Self.text) ?? "variable"),
        .text(Self.text(Rational(fps, 1)))),
      must("codec", .text(video?.codec ?? "none"), .text("h264")),
      must("pixel_format", .text(video?.pixelFormat ?? "none"), .text(range + "420p")),
      must("video_start_seconds", .number(video?.startSeconds ?? -1), .number(0)),
      must("duration_frames", .number((seconds * Double(fps)).rounded()), .count(frameCount)),
      must("index_in_front", .flag(film.info.faststart), .flag(true)),
    ]
    if let width, let height {
      checks.append(
        must("size", .text("\(video?.width ?? 0)x\(video?.height ?? 0)"), .text("\(width)x\(height)")))
    }
    return checks
  }

  private func soundChecks(_ film: FilmInspection) -> [DeliveryCheck] {
    let streams = must("audio_streams", .count(film.info.audios.count), .count(hasSound ? 1 : 0))
    guard hasSound, let audio = film.info.audios.first else { return [streams] }
    let samples = (Double(frameCount) / Double(fps) * 48_000).rounded()
    let kind = "\(audio.codec) \(audio.sampleRate) Hz \(audio.channels) channels"
    return [
      streams,
      must("audio_codec", .text(kind), .text("aac 48000 Hz 2 channels")),
      must("audio_start_seconds", .number(audio.startSeconds), .number(0)),
      must("audio_samples", .number((audio.durationSeconds * 48_000).rounded()), .number(samples)),
    ]
  }

  private static func text(_ rate: Rational) -> String { "\(rate.numerator)/\(rate.denominator)" }

  private func must(_ name: String, _ value: CheckValue, _ limit: CheckValue) -> DeliveryCheck {
    DeliveryCheck(name: name, value: value, limit: limit, verdict: value == limit ? .pass : .fail)
  }
}

extension DeliveryPlan {
  /// 0.5 s of black is more than a cut shows, and 2 s without change is more than a breath.
  private static let longestBlack = 0.5
  private static let longestFrozen = 2.0
  /// Quieter is hardly heard; louder than any platform asks for.
  private static let loudness = -40.0 ... -9.0
  private static let highestPeak = 0.0

  private func findings(_ film: FilmInspection) -> [DeliveryCheck] {
    let moving = film.frozen.flatMap { run in
      still.reduce([run]) { rest, planned in rest.flatMap { $0.without(planned) } }
    }
    var checks = [
      should("black_seconds", seconds(film.black), "less than \(Self.longestBlack)") {
        $0 < Self.longestBlack
      },
      should("frozen_seconds", seconds(moving), "less than \(Self.longestFrozen)") {
        $0 < Self.longestFrozen
      },
    ]
    if let loudness = film.sound?.loudness {
      let level = loudness.integrated ?? -70
      let isAsked = volume > 0.05
      checks += [
        should("loudness_lufs", level, "-40 to -9") { Self.loudness.contains($0) || (!isAsked && $0 < -9) },
        should("true_peak_dbtp", loudness.truePeak ?? -120, "at most 0") { $0 <= Self.highestPeak },
      ]
      if let range = loudness.range {
        checks.append(should("loudness_range_lu", range, "none") { _ in true })
      }
    }
    if !seams.isEmpty {
      checks += seams.map { seam in
        should("seam_\(seam.chunk)_relative_psnr_db", seam.relativePsnrDb, "a good join") { _ in
          seam.verdict == .good
        }
      }
      let drift = seams.reduce(0) { $0 + $1.deltaY }
      let limit = SeamReport.largestDrift(joins: seams.count)
      checks.append(should("luma_drift", drift, "at most \(limit)") { abs($0) <= limit })
    }
    return checks
  }

  /// The longest of some runs of frames.
  private func seconds(_ runs: [Range<Int>]) -> Double { Double(runs.map(\.count).max() ?? 0) / Double(fps) }

  private func should(
    _ name: String, _ value: Double, _ limit: String, _ holds: (Double) -> Bool
  ) -> DeliveryCheck {
    DeliveryCheck(
      name: name, value: .number((value * 100).rounded() / 100), limit: .text(limit),
      verdict: holds(value) ? .pass : .warn)
  }
}

extension Range<Int> {
  /// What is left of the range outside of another.
  fileprivate func without(_ other: Range<Int>) -> [Range<Int>] {
    guard overlaps(other) else { return [self] }
    let before = lowerBound..<Swift.max(lowerBound, other.lowerBound)
    let after = Swift.min(upperBound, other.upperBound)..<upperBound
    return [before, after].filter { !$0.isEmpty }
  }
}

extension CheckValue {
  static func count(_ number: Int) -> CheckValue { .number(Double(number)) }
}
