/// What a user asked for, checked and complete: absent means "the default".
public struct VideoRequest: Codable, Sendable, Equatable {
  /// 1…4000 characters.
  public var prompt: String
  /// 1…300; nil when the user named no length, which alone allows shortening an ad.
  public var durationSeconds: Double?
  public var template: String?
  public var model: String?
  public var provider: String?
  public var aspectRatio: AspectRatio
  public var continuity: Continuity
  public var music: MusicRequest
  public var referenceAssetIds: [String]
  public var approval: Approval
  /// Whether an ad without an explicit length may be shortened.
  public var optimizeDuration: Bool
  public var budgetUSD: MicroDollars?
  public var seed: Int?

  public init(
    prompt: String, durationSeconds: Double? = nil, template: String? = nil, model: String? = nil,
    provider: String? = nil, aspectRatio: AspectRatio = .wide, continuity: Continuity = .continuation,
    music: MusicRequest = MusicRequest(), referenceAssetIds: [String] = [], approval: Approval = .auto,
    optimizeDuration: Bool = true, budgetUSD: MicroDollars? = nil, seed: Int? = nil
  ) {
    self.prompt = prompt
    self.durationSeconds = durationSeconds
    self.template = template
    self.model = model
    self.provider = provider
    self.aspectRatio = aspectRatio
    self.continuity = continuity
    self.music = music
    self.referenceAssetIds = referenceAssetIds
    self.approval = approval
    self.optimizeDuration = optimizeDuration
    self.budgetUSD = budgetUSD
    self.seed = seed
  }
}

/// The shape of the picture, as width to height.
public enum AspectRatio: String, Codable, Sendable, CaseIterable {
  case wide = "16:9"
  case tall = "9:16"
  case square = "1:1"
}

/// Whether a chunk starts on the last frame of the one before, or each on the reference.
public enum Continuity: String, Codable, Sendable, CaseIterable {
  case continuation, independent
}

/// Whether a run waits at `planned` for the user.
public enum Approval: String, Codable, Sendable, CaseIterable {
  case auto, plan
}

/// The music of a video; a nil overrides nothing.
public struct MusicRequest: Codable, Sendable, Equatable {
  public var enabled: Bool
  public var style: String?
  public var tempo: String?
  public var mood: String?
  /// 0…1, a factor on the samples.
  public var volume: Double

  public init(
    enabled: Bool = true, style: String? = nil, tempo: String? = nil, mood: String? = nil,
    volume: Double = 0.7
  ) {
    self.enabled = enabled
    self.style = style
    self.tempo = tempo
    self.mood = mood
    self.volume = volume
  }
}
