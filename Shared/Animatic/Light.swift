import Contracts

/// The light of a time of day, tuned to a palette.
struct Light: Sendable {
  var skyTop: Color
  var skyMiddle: Color
  var skyLow: Color
  /// What the sun, the moon or the lamp throws.
  var key: Color
  /// What the sky throws into shadows.
  var ambient: Color
  /// The air between the eye and what is far.
  var haze: Color
  /// Where the light comes from in the picture, as shares of its width and of the sky's height.
  var source: Point
  /// Across, up (negative) and towards the eye.
  var direction: SIMD3<Float>
  var isNight: Bool
  var isLow: Bool

  init(_ time: TimeOfDay, palette: Palette) {
    self.init(plain: time)
    let strength: Float = time == .day ? 0.35 : 0.5
    skyTop = palette.tint(skyTop, strength)
    skyMiddle = palette.tint(skyMiddle, strength)
    skyLow = palette.tint(skyLow, strength)
    haze = palette.tint(haze, strength)
    ambient = palette.tint(ambient, 0.25)
  }

  private init(plain time: TimeOfDay) {
    switch time {
    case .dawn:
      self.init(
        sky: (0x46679B, 0xDDA3A4, 0xFFE0B0), key: 0xFFD2A6, ambient: 0x7F8CB4, haze: 0xE9C3B2,
        source: Point(0.27, 0.84))
    case .day:
      self.init(
        sky: (0x2F74BF, 0x7DB5E2, 0xDCEBF0), key: 0xFFF1D2, ambient: 0x7C9AC0, haze: 0xC4DAE6,
        source: Point(0.76, 0.2))
    case .dusk:
      self.init(
        sky: (0x2A2158, 0xB04A68, 0xFFAE5C), key: 0xFFA25A, ambient: 0x6B5284, haze: 0xD9806A,
        source: Point(0.71, 0.87))
    case .night:
      self.init(
        sky: (0x050B1E, 0x10234A, 0x33507F), key: 0xA9C4F2, ambient: 0x263860, haze: 0x2B4470,
        source: Point(0.77, 0.27))
    }
    isNight = time == .night
    isLow = time == .dawn || time == .dusk
  }

  private init(
    sky: (UInt32, UInt32, UInt32), key: UInt32, ambient: UInt32, haze: UInt32, source: Point
  ) {
    skyTop = Color(sky.0)
    skyMiddle = Color(sky.1)
    skyLow = Color(sky.2)
    self.key = Color(key)
    self.ambient = Color(ambient)
    self.haze = Color(haze)
    self.source = source
    direction = SIMD3(source.x > 0.5 ? 0.62 : -0.62, -0.58, 0.53)
    isNight = false
    isLow = false
  }

  /// A surface of a colour, turned to the light by `amount`.
  func on(_ surface: Color, _ amount: Float) -> Color {
    surface.lit(by: (ambient.scaled(0.85) + key * (amount.clamped() * 0.75)).alpha(1))
  }

  /// What a distance of 0…1 leaves of a colour.
  func far(_ color: Color, _ distance: Float) -> Color { color.mixed(haze.alpha(color.w), distance) }
}
