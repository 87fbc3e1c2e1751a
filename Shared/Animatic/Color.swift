/// A colour of 0…1 per channel, display-referred as the picture stores it; the fourth lane is alpha.
typealias Color = SIMD4<Float>

/// A place in a scene, in units of the picture's height, or in pixels where a name says so.
typealias Point = SIMD2<Float>

extension SIMD4<Float> {
  /// An opaque colour from `0xRRGGBB`.
  init(_ hex: UInt32) {
    self.init(
      Float((hex >> 16) & 255) / 255, Float((hex >> 8) & 255) / 255, Float(hex & 255) / 255, 1)
  }

  /// Nil unless the text is `#rrggbb`.
  init?(hex text: String) {
    guard text.utf8.count == 7, text.hasPrefix("#"), let value = UInt32(text.dropFirst(), radix: 16)
    else { return nil }
    self.init(value)
  }

  var luma: Float { 0.2126 * x + 0.7152 * y + 0.0722 * z }

  /// How far the colour is from grey, 0…1.
  var chroma: Float { Swift.max(x, y, z) - Swift.min(x, y, z) }

  func mixed(_ other: Self, _ amount: Float) -> Self { self + (other - self) * amount.clamped() }

  func alpha(_ value: Float) -> Self { Self(x, y, z, value) }

  /// Brighter or darker by a factor, alpha kept.
  func scaled(_ factor: Float) -> Self { Self(x * factor, y * factor, z * factor, w) }

  /// The light that a surface of this colour throws back.
  func lit(by light: Self) -> Self { Self(x * light.x, y * light.y, z * light.z, w) }
}

extension Float {
  func clamped(_ low: Float = 0, _ high: Float = 1) -> Float { Swift.min(Swift.max(self, low), high) }

  /// 0 below `low`, 1 above `high`, and between them a step without a corner.
  func step(_ low: Float, _ high: Float) -> Float {
    let t = ((self - low) / (high - low)).clamped()
    return t * t * (3 - 2 * t)
  }

  func mixed(_ other: Float, _ amount: Float) -> Float { self + (other - self) * amount }
}

/// The colours of a film, from dark to light, which every scene is tuned to.
struct Palette: Sendable {
  private let stops: [Color]
  /// The most colourful one.
  let accent: Color

  /// Colours that cannot be read are left out; with none left the palette tints nothing.
  init(_ texts: [String]) {
    let colors = texts.compactMap { Color(hex: $0) }.sorted { $0.luma < $1.luma }
    stops = colors.isEmpty ? [] : [Color(0x000000)] + colors + [Color(0xFFFFFF)]
    accent = colors.max { $0.chroma < $1.chroma } ?? Color(0xC8553D)
  }

  /// A colour moved towards the palette's colour of the same lightness.
  func tint(_ color: Color, _ amount: Float) -> Color {
    let luma = color.luma.clamped(0.001, 0.999)
    for (dark, light) in zip(stops, stops.dropFirst()) where luma <= light.luma {
      let span = Swift.max(light.luma - dark.luma, 0.001)
      let target = dark.mixed(light, (luma - dark.luma) / span)
      return color.mixed(target.alpha(color.w), amount)
    }
    return color
  }
}
