import Glibc

/// A subject in the making, on a layer of its own: outlines in units of its own, lit as if they were solid.
///
/// Its origin is where it stands; up is negative.
struct Figure {
  var layer: Canvas
  let light: Light
  let palette: Palette
  let noise: Noise
  /// The subject's own colour.
  let color: Color
  let place: Point
  let scale: Float
  /// Lights that it carries, laid over the finished scene.
  var glows: [Glow] = []

  struct Glow {
    var place: Point
    var radius: Float
    var color: Color
  }

  func scene(_ point: Point) -> Point { place + point * scale }

  func scene(_ path: Path) -> Path { path.mapped { place + $0 * scale } }

  /// A part that bulges towards the eye over a margin of `rounding`.
  mutating func solid(_ path: Path, _ color: Color, rounding: Float, gloss: Float = 0.15) {
    solid(path, rounding: rounding, gloss: gloss) { _ in color }
  }

  mutating func solid(_ data: String, _ color: Color, rounding: Float, gloss: Float = 0.15) {
    solid(Path(data), color, rounding: rounding, gloss: gloss)
  }

  /// As above, with a colour for each place of the figure.
  mutating func solid(_ path: Path, rounding: Float, gloss: Float, _ paint: (Point) -> Color) {
    guard let mask = layer.mask(scene(path)) else { return }
    let radius = max(rounding * scale * layer.unit, 1)
    let relief = mask.blurred(radius, in: layer.bounds)
    let unit = layer.unit
    let light = light
    let reach = max(Int(radius / 4), 1)
    let steep = radius * 3.2 / Float(2 * reach)
    layer.fill(mask) { point in
      let column = Int(point.x * unit)
      let row = Int(point.y * unit)
      let across = relief.at(column + reach, row) - relief.at(column - reach, row)
      let down = relief.at(column, row + reach) - relief.at(column, row - reach)
      let normal = SIMD3(-across * steep, -down * steep, 1).normalized
      let surface = paint((point - place) / scale)
      return light.shape(surface, normal, gloss: gloss)
    }
  }

  /// A part without relief.
  mutating func flat(_ path: Path, _ paint: (Point) -> Color) {
    layer.fill(scene(path)) { paint(($0 - place) / scale) }
  }

  mutating func flat(_ path: Path, _ color: Color) { flat(path) { _ in color } }

  mutating func flat(_ data: String, _ color: Color) { flat(Path(data), color) }

  mutating func flat(_ data: String, _ paint: (Point) -> Color) { flat(Path(data), paint) }

  mutating func soft(_ path: Path, blur: Float, _ paint: (Point) -> Color) {
    layer.fill(scene(path), blur: blur * scale) { paint(($0 - place) / scale) }
  }

  mutating func glow(_ point: Point, radius: Float, _ color: Color) {
    glows.append(Glow(place: scene(point), radius: radius * scale, color: color))
  }
}

extension Light {
  /// A surface of a colour with a normal, with highlight and the edge light of a low sun behind it.
  func shape(_ surface: Color, _ normal: SIMD3<Float>, gloss: Float) -> Color {
    let facing = (normal * direction).sum()
    let sky = 0.82 - normal.y * 0.3
    let half = (direction + SIMD3(0, 0, 1)).normalized
    let shine = pow(max((normal * half).sum(), 0), 34) * gloss
    let edge = 1 - normal.z
    let flank = Point(normal.x, normal.y)
    let rim =
      edge * edge * max((flank * Point(direction.x, direction.y)).sum(), 0) * (isLow || isNight ? 1.5 : 0.6)
    let shade = ambient.scaled(sky * 0.9) + key * (max(facing + 0.12, 0) * 0.8)
    let mirrored = skyLow * (gloss * edge * 0.3 * max(-normal.y, 0))
    return (surface.lit(by: shade.alpha(1)) + key * (shine + rim * 0.55) + mirrored).alpha(surface.w)
  }
}

extension SIMD3<Float> {
  var normalized: Self { self / Swift.max((self * self).sum(), 1e-9).squareRoot() }
}
