public import Contracts

/// A generator that a video can be made with: one row of the catalogue.
public struct Model: Codable, Sendable, Equatable {
  /// What a model makes.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    case plan, image, video, music, sound
  }

  public struct Price: Codable, Sendable, Equatable {
    public enum Unit: String, Codable, Sendable, CaseIterable {
      case run, clip, second
    }

    public var usd: MicroDollars
    public var unit: Unit
    /// Whether the provider's own page says so; otherwise it is assumed.
    public var confirmed: Bool

    public init(usd: MicroDollars, unit: Unit, confirmed: Bool) {
      self.usd = usd
      self.unit = unit
      self.confirmed = confirmed
    }
  }

  public var id: String
  public var aliases: [String]
  public var provider: String
  public var kind: Kind
  /// The lengths in seconds that can be asked for.
  public var durations: [Double]
  /// The size of a 16:9 picture.
  public var width: Int?
  public var height: Int?
  public var fps: Int?
  /// Seconds that one chunk adds to a film, whatever length was asked for; only of video models.
  public var actualChunkDuration: Double?
  public var durationControllable: Bool
  public var takesFirstFrame: Bool
  public var takesLastFrame: Bool
  /// Whether it makes something from words alone.
  public var takesNoImage: Bool
  public var maxReferenceAssets: Int
  public var price: Price?
  /// The model for words alone, where this one needs an image.
  public var fallbackModel: String?
  public var available: Bool
  /// Why it is not available.
  public var reason: String?
  /// The version that the provider's inputs were read from, where it pins one.
  public var version: String?
  /// What the provider calls the inputs that Longtake knows as `prompt`, `firstFrame`, `duration`….
  public var inputs: [String: String]
}

extension Model {
  /// The size of a picture; sides are even, as 4:2:0 needs.
  public func size(_ aspectRatio: AspectRatio) -> (width: Int, height: Int) {
    let long = even(width ?? 1280)
    let short = even(height ?? 720)
    return switch aspectRatio {
    case .wide: (long, short)
    case .tall: (short, long)
    case .square: (min(long, short), min(long, short))
    }
  }

  /// `ceil(durationSeconds / actualChunkDuration)`, at least 1.
  ///
  /// An excess below a microsecond is rounding and adds no chunk.
  public func chunkCount(durationSeconds: Double) -> Int {
    guard let chunk = actualChunkDuration, chunk > 0, durationSeconds.isFinite else { return 1 }
    return max(1, Int((durationSeconds / chunk - 1e-6 / chunk).rounded(.up)))
  }

  /// What `clips` clips of `actualChunkDuration` cost; nil where the price is not known.
  public func cost(clips: Int) -> MicroDollars? {
    guard let price else { return nil }
    return switch price.unit {
    case .run, .clip: MicroDollars(price.usd.micros * clips)
    case .second:
      MicroDollars(
        Int((Double(price.usd.micros * clips) * (actualChunkDuration ?? 0)).rounded(.up)))
    }
  }

  private func even(_ side: Int) -> Int { side / 2 * 2 }
}
