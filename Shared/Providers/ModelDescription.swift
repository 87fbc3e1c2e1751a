/// A model as `GET /api/models` shows it.
public struct ModelDescription: Codable, Sendable, Equatable {
  public var id: String
  public var aliases: [String]
  public var provider: String
  public var kind: Model.Kind
  public var durations: [Double]
  public var width: Int?
  public var height: Int?
  public var fps: Int?
  public var chunkDurationSeconds: Double?
  public var price: Model.Price?
  public var takesFirstFrame: Bool
  public var takesLastFrame: Bool
  public var available: Bool
  public var reason: String?
  /// Whether it is taken when a request names no model.
  public var isDefault: Bool

  public init(_ model: Model, isDefault: Bool) {
    id = model.id
    aliases = model.aliases
    provider = model.provider
    kind = model.kind
    durations = model.durations
    width = model.width
    height = model.height
    fps = model.fps
    chunkDurationSeconds = model.actualChunkDuration
    price = model.price
    takesFirstFrame = model.takesFirstFrame
    takesLastFrame = model.takesLastFrame
    available = model.available
    reason = model.reason
    self.isDefault = isDefault
  }
}

extension ModelDescription {
  /// Writes `null` for what is not known, so that every model has the same members.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encode(aliases, forKey: .aliases)
    try container.encode(provider, forKey: .provider)
    try container.encode(kind, forKey: .kind)
    try container.encode(durations, forKey: .durations)
    try container.encode(width, forKey: .width)
    try container.encode(height, forKey: .height)
    try container.encode(fps, forKey: .fps)
    try container.encode(chunkDurationSeconds, forKey: .chunkDurationSeconds)
    try container.encode(price, forKey: .price)
    try container.encode(takesFirstFrame, forKey: .takesFirstFrame)
    try container.encode(takesLastFrame, forKey: .takesLastFrame)
    try container.encode(available, forKey: .available)
    try container.encode(reason, forKey: .reason)
    try container.encode(isDefault, forKey: .isDefault)
  }

  private enum CodingKeys: String, CodingKey {
    case id, aliases, provider, kind, durations, width, height, fps, chunkDurationSeconds, price
    case takesFirstFrame, takesLastFrame, available, reason, isDefault
  }
}
