/// How a clip continues the one before it, as measured on the frames around the join.
public struct Seam: Codable, Sendable, Equatable {
  /// What a viewer would say.
  public enum Verdict: String, Codable, Sendable, CaseIterable {
    case good, visible, broken
  }

  /// The chunk that begins here; the first is 1.
  public var chunk: Int
  /// PSNR over the join less that of its neighbours, in dB.
  public var relativePsnrDb: Double
  /// Structural similarity over the join, 1 for identical frames.
  public var ssim: Double
  /// Steps of the means beyond what the neighbours do, in 8-bit levels.
  public var deltaY: Double
  public var deltaU: Double
  public var deltaV: Double
  /// The speed after the join over that before it; nil when nothing moves.
  public var motionRatio: Double?
  public var verdict: Verdict

  public init(
    chunk: Int, relativePsnrDb: Double, ssim: Double, deltaY: Double, deltaU: Double, deltaV: Double,
    motionRatio: Double?, verdict: Verdict
  ) {
    self.chunk = chunk
    self.relativePsnrDb = relativePsnrDb
    self.ssim = ssim
    self.deltaY = deltaY
    self.deltaU = deltaU
    self.deltaV = deltaV
    self.motionRatio = motionRatio
    self.verdict = verdict
  }
}

/// A run of frames of the film, the last one not included.
public struct FrameSpan: Codable, Sendable, Equatable {
  public var start: Int
  public var end: Int

  public init(start: Int, end: Int) {
    self.start = start
    self.end = end
  }
}

/// What a check found or allows: a number, a text, or yes and no.
public enum CheckValue: Sendable, Equatable {
  case number(Double)
  case text(String)
  case flag(Bool)
}

extension CheckValue: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    case .flag(let flag): try container.encode(flag)
    }
  }
}

/// One thing that was checked about a finished film.
public struct DeliveryCheck: Codable, Sendable, Equatable {
  public enum Verdict: String, Codable, Sendable, CaseIterable {
    case pass
    /// A finding, which withholds nothing.
    case warn
    /// A fault of structure; such a film is never delivered.
    case fail
  }

  /// Stable and machine-readable, `frame_count`.
  public var name: String
  public var value: CheckValue
  /// What the value is compared with; in words where it is no single value.
  public var limit: CheckValue
  public var verdict: Verdict

  public init(name: String, value: CheckValue, limit: CheckValue, verdict: Verdict) {
    self.name = name
    self.value = value
    self.limit = limit
    self.verdict = verdict
  }
}

/// What a film is certified to be: the contents of `delivery.json`.
public struct DeliveryCertificate: Codable, Sendable, Equatable {
  public enum Verdict: String, Codable, Sendable, CaseIterable {
    case passed
    /// Sound in structure, with something to look at.
    case passedWithFindings = "passed_with_findings"
  }

  /// The version of this form.
  public var version: Int
  public var videoId: VideoID
  /// The name of the file, beside which the certificate lies.
  public var file: String
  public var bytes: Int
  /// SHA-256 in lower-case hexadecimal.
  public var sha256: String
  public var verdict: Verdict
  public var checks: [DeliveryCheck]
  /// In the order of the film; empty where the clips are not meant to continue each other.
  public var seams: [Seam]
  /// The versions of what made and measured it, by name.
  public var software: [String: String]

  public init(
    version: Int = 1, videoId: VideoID, file: String, bytes: Int, sha256: String, verdict: Verdict,
    checks: [DeliveryCheck], seams: [Seam], software: [String: String]
  ) {
    self.version = version
    self.videoId = videoId
    self.file = file
    self.bytes = bytes
    self.sha256 = sha256
    self.verdict = verdict
    self.checks = checks
    self.seams = seams
    self.software = software
  }
}
