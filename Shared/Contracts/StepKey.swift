/// The name of a step within its run.
public enum StepKey: Hashable, Sendable {
  case plan
  case reference
  /// The chunk at index k of the chain.
  case chunk(Int)
  case stitch
  case music
  case mix
}

extension StepKey: RawRepresentable {
  /// Nil for a name that no step has; `chunk.3` is the chunk at index 3.
  public init?(rawValue: String) {
    switch rawValue {
    case "plan": self = .plan
    case "reference": self = .reference
    case "stitch": self = .stitch
    case "music": self = .music
    case "mix": self = .mix
    default:
      guard rawValue.hasPrefix("chunk."), let index = Int(rawValue.dropFirst(6)), index >= 0 else {
        return nil
      }
      self = .chunk(index)
    }
  }

  public var rawValue: String {
    switch self {
    case .plan: "plan"
    case .reference: "reference"
    case .chunk(let index): "chunk.\(index)"
    case .stitch: "stitch"
    case .music: "music"
    case .mix: "mix"
    }
  }
}

extension StepKey: Codable {}

/// The service that executes a step or owns an entity.
public enum ServiceName: String, Codable, Sendable, CaseIterable {
  case gateway, status, planner, references, chunks, audio
}

extension StepKey {
  /// The service that executes the step.
  public var service: ServiceName {
    switch self {
    case .plan: .planner
    case .reference: .references
    case .chunk, .stitch: .chunks
    case .music, .mix: .audio
    }
  }
}
