import Contracts

/// The colours of a scene.
enum Palette {
  /// Five colours from dark to light: the light of the time, tinted by the place, with the colours named.
  static func scene(setting: Setting?, timeOfDay: TimeOfDay, colors: [String]) -> [String] {
    var palette = light(timeOfDay).compactMap(Color.init)
    if let tint = setting.flatMap({ Color(ground($0)) }) {
      for index in 1..<4 { palette[index] = palette[index].mixed(with: tint, by: 0.3) }
    }
    palette.sort { $0.luma < $1.luma }
    var replaceable = Set(1..<4)
    for color in colors.prefix(3).compactMap(Color.init) {
      let distance = { (index: Int) in (abs(palette[index].luma - color.luma), index) }
      guard let nearest = replaceable.min(by: { distance($0) < distance($1) }) else { break }
      palette[nearest] = color
      replaceable.remove(nearest)
    }
    return palette.sorted { $0.luma < $1.luma }.map(\.description)
  }

  private static func light(_ time: TimeOfDay) -> [String] {
    switch time {
    case .dawn: ["#1d2740", "#4b5d86", "#c98b9b", "#f5c6a5", "#fff1dc"]
    case .day: ["#17324d", "#2f6f9f", "#6fb3d9", "#e8d9b0", "#fffaf0"]
    case .dusk: ["#1b1526", "#5a2a4a", "#b5483a", "#f08a4b", "#ffd9a0"]
    case .night: ["#05070f", "#101a33", "#27406b", "#6f86b8", "#d8e2f5"]
    }
  }

  private static func ground(_ setting: Setting) -> String {
    switch setting {
    case .desert: "#c98b4a"
    case .city: "#5b6472"
    case .forest: "#2f5d3a"
    case .sea: "#2a6f8f"
    case .mountains: "#6a7387"
    case .meadow: "#7d9a45"
    case .studio: "#b9b4ae"
    case .interior: "#a8774f"
    case .snow: "#dfe9f2"
    case .space: "#3a2a6b"
    case .road: "#6d675f"
    }
  }
}

/// An sRGB colour, written `#rrggbb`.
struct Color: Sendable, Equatable, CustomStringConvertible {
  var red: Double
  var green: Double
  var blue: Double

  init?(_ text: String) {
    guard text.count == 7, text.hasPrefix("#"), let value = Int(text.dropFirst(), radix: 16) else {
      return nil
    }
    red = Double(value >> 16)
    green = Double(value >> 8 & 0xFF)
    blue = Double(value & 0xFF)
  }

  /// Luma as Rec 709 weighs it, 0…255.
  var luma: Double { 0.2126 * red + 0.7152 * green + 0.0722 * blue }

  func mixed(with other: Color, by share: Double) -> Color {
    var color = self
    color.red += (other.red - red) * share
    color.green += (other.green - green) * share
    color.blue += (other.blue - blue) * share
    return color
  }

  var description: String {
    let value = Int(red.rounded()) << 16 | Int(green.rounded()) << 8 | Int(blue.rounded())
    let digits = String(value, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }
}

/// The light of a time of day, in words.
enum Light {
  static func of(_ time: TimeOfDay) -> String {
    switch time {
    case .dawn: "soft low light of the morning, thin mist"
    case .day: "clear daylight, crisp shadows"
    case .dusk: "warm low sun, long shadows"
    case .night: "moonlight and small warm lights"
    }
  }
}
