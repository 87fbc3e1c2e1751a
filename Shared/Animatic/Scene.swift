import Contracts
import Glibc

/// A picture in the making: where things are, how they are lit and what is painted so far.
struct Scene {
  var canvas: Canvas
  var light: Light
  let palette: Palette
  let noise: Noise
  var dice: Dice
  let setting: Setting
  /// The picture's width; its height is 1.
  let aspect: Float
  /// Where the ground meets the sky.
  var horizon: Float
  /// Where the subject stands.
  var footing: Point

  init(_ spec: Spec, width: Int, height: Int) {
    let unit = Float(height)
    canvas = Canvas(Bounds(x: 0, y: 0, width: width, height: height), unit: unit)
    palette = Palette(spec.style.palette)
    light = Light(spec.scene.timeOfDay, palette: palette)
    noise = Noise(seed: spec.seed)
    dice = Dice(seed: spec.seed)
    setting = spec.scene.setting
    aspect = Float(width) / unit
    horizon = 0.6
    footing = Point(aspect * 0.5, 0.8)
  }

  /// Where the sun or the moon stands.
  var source: Point { Point(light.source.x * aspect, light.source.y * horizon) }

  /// A ridge of the land: smooth hills, or peaks when `sharpness` is 1.
  func ridge(
    _ base: Float, _ rise: Float, _ length: Float, sharpness: Float = 0, octaves: Int = 4, salt: Float
  )
    -> Ridge
  {
    let count = canvas.bounds.width + 3
    let heights = (0..<count).map { index in
      let x = Float(index - 1) / canvas.unit / length + salt * 13.7
      let soft = noise.fractal(x, salt, octaves: octaves)
      let peak = sharpness > 0 ? 1 - abs(2 * noise.fractal(x * 0.8, salt + 5, octaves: octaves) - 1) : soft
      return base - rise * (soft.mixed(peak * peak, sharpness) - 0.35)
    }
    return Ridge(heights: heights, unit: canvas.unit)
  }

  /// Fills below a ridge; the paint also gets how deep below it a place is.
  mutating func land(_ ridge: Ridge, _ paint: (Point, Float) -> Color) {
    canvas.fill(ridge.path(to: 1.02)) { place in paint(place, place.y - ridge.height(place.x)) }
  }

  /// A pine of some height that stands at a place.
  func pine(_ foot: Point, _ height: Float, _ dice: inout Dice) -> Path {
    var left: [Point] = []
    var right: [Point] = []
    let tiers = 9
    for tier in 0..<tiers {
      let t = Float(tier) / Float(tiers)
      let y = foot.y - height * (1 - t * 0.93)
      let reach = height * (0.03 + 0.2 * t) * dice.roll(0.82, 1.12)
      left += [Point(foot.x - reach, y + height * 0.12), Point(foot.x - reach * 0.5, y + height * 0.1)]
      right += [Point(foot.x + reach, y + height * 0.115), Point(foot.x + reach * 0.5, y + height * 0.1)]
    }
    let trunk = height * 0.018
    return .polygon(
      [Point(foot.x, foot.y - height)] + right
        + [Point(foot.x + trunk, foot.y - height * 0.02), Point(foot.x + trunk, foot.y)]
        + [Point(foot.x - trunk, foot.y), Point(foot.x - trunk, foot.y - height * 0.02)] + left.reversed())
  }
}

/// The upper edge of a piece of land, one height per column of pixels.
struct Ridge {
  let heights: [Float]
  let unit: Float

  func height(_ x: Float) -> Float {
    let position = (x * unit + 0.5).clamped(0, Float(heights.count - 2))
    let index = Int(position)
    return heights[index].mixed(heights[index + 1], position - Float(index))
  }

  /// How steeply it falls to the right, over a few hundredths of the picture.
  func slope(_ x: Float, over span: Float = 0.02) -> Float {
    (height(x + span) - height(x - span)) / (2 * span)
  }

  func path(to bottom: Float) -> Path {
    let top = stride(from: 0, to: heights.count, by: 2).map { Point(Float($0 - 1) / unit, heights[$0]) }
    let right = Float(heights.count) / unit
    let last = heights[heights.count - 1]
    return .polygon(top + [Point(right, last), Point(right, bottom), Point(-2 / unit, bottom)])
  }
}
