import Contracts

/// Beats in the words that a generator understands.
enum Direction {
  /// Shot type, camera movement and action: `Wide shot, the camera moves in slowly: …`.
  static func prompt(_ shotType: ShotType, _ movement: CameraMovement, _ action: String) -> String {
    "\(words(shotType)), \(words(movement)): \(action)"
  }

  /// `base. direction`, without a second period where the base ends its own sentence.
  static func prompt(base: String, direction: String) -> String {
    guard let last = base.last else { return direction }
    return "!?…。！？".contains(last) ? "\(base) \(direction)" : "\(base). \(direction)"
  }

  private static func words(_ shotType: ShotType) -> String {
    switch shotType {
    case .extremeWide: "Extreme wide shot"
    case .wide: "Wide shot"
    case .medium: "Medium shot"
    case .closeUp: "Close-up"
    case .extremeCloseUp: "Extreme close-up"
    case .detail: "Detail shot"
    case .overhead: "Overhead shot"
    }
  }

  private static func words(_ movement: CameraMovement) -> String {
    switch movement {
    case .still: "the camera holds still"
    case .dollyIn: "the camera moves in slowly"
    case .dollyOut: "the camera pulls back slowly"
    case .zoomIn: "a slow zoom in"
    case .zoomOut: "a slow zoom out"
    case .panLeft: "the camera pans left"
    case .panRight: "the camera pans right"
    case .tiltUp: "the camera tilts up"
    case .tiltDown: "the camera tilts down"
    case .orbitLeft: "the camera orbits to the left"
    case .orbitRight: "the camera orbits to the right"
    case .handheld: "a handheld camera follows"
    }
  }
}

extension CameraMovement {
  /// The same movement seen in a mirror.
  var mirrored: CameraMovement {
    switch self {
    case .panLeft: .panRight
    case .panRight: .panLeft
    case .orbitLeft: .orbitRight
    case .orbitRight: .orbitLeft
    case .still, .dollyIn, .dollyOut, .zoomIn, .zoomOut, .tiltUp, .tiltDown, .handheld: self
    }
  }
}

extension Setting {
  /// As it stands in a sentence.
  var words: String {
    switch self {
    case .desert: "the desert"
    case .city: "the city"
    case .forest: "the forest"
    case .sea: "the sea"
    case .mountains: "the mountains"
    case .meadow: "the open land"
    case .studio: "the studio"
    case .interior: "the room"
    case .snow: "the snow"
    case .space: "open space"
    case .road: "the road"
    }
  }
}

extension TimeOfDay {
  /// Its light as it stands in a sentence.
  var words: String {
    switch self {
    case .dawn: "the first light"
    case .day: "clear daylight"
    case .dusk: "the last light"
    case .night: "the light of the night"
    }
  }
}
