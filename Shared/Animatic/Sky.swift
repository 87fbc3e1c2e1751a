import Contracts
import Glibc

extension Scene {
  /// Sky, its light and what floats in it, over the whole picture.
  mutating func paintSky(clouds: Float = 0.5) {
    let sky = light
    let horizon = horizon
    let source = source
    canvas.shade { place, _ in
      let t = (place.y / horizon).clamped()
      let upper = sky.skyTop.mixed(sky.skyMiddle, (t / 0.62).step(0, 1))
      let color = upper.mixed(sky.skyLow, t.step(0.5, 1.05))
      let away = ((place - source) * Point(sky.isLow ? 0.7 : 1, 1)).length
      let warm = exp(-away * (sky.isNight ? 7 : 3.2)) * (sky.isNight ? 0.35 : 0.6)
      return color.mixed(sky.key, warm).alpha(1)
    }
    if light.isNight { paintStars(count: 420, below: horizon) }
    if light.isNight { paintMoon() } else { paintSun() }
    if clouds > 0 { paintClouds(clouds) }
  }

  mutating func paintStars(count: Int, below bottom: Float) {
    for _ in 0..<count {
      let place = Point(dice.roll(0, aspect), dice.roll(0, 1) * dice.roll(0.3, 1) * bottom)
      let bright = dice.roll() * dice.roll()
      let size = 0.0007 + bright * 0.0018
      let tone = Color(0xFFFFFF).mixed(dice.roll() < 0.5 ? Color(0x9FC0FF) : Color(0xFFE2B8), dice.roll())
      canvas.fill(.ellipse(place.x, place.y, size, size), tone.alpha(0.35 + bright * 0.65))
      if bright > 0.55 { canvas.glow(place, radius: size * 5, tone.alpha(0.35)) }
    }
  }

  private mutating func paintMoon() {
    let radius: Float = 0.042
    let noise = noise
    let centre = source
    canvas.glow(centre, radius: 0.3, light.key.alpha(0.28))
    canvas.glow(centre, radius: 0.09, light.key.alpha(0.5))
    canvas.fill(.ellipse(centre.x, centre.y, radius, radius)) { place in
      let away = (place - centre) / radius
      let stain = noise.fractal(away.x * 1.7 + 4, away.y * 1.7, octaves: 2).step(0.35, 0.8)
      let limb = 1 - (away * away).sum() * 0.2
      return Color(0xF4F3E6).mixed(Color(0xB9C0CC), stain * 0.75).scaled(limb)
    }
  }

  private mutating func paintSun() {
    let centre = source
    let radius: Float = light.isLow ? 0.058 : 0.034
    canvas.glow(centre, radius: light.isLow ? 0.42 : 0.3, light.key.alpha(0.55))
    canvas.glow(centre, radius: radius * 2, Color(0xFFF6DC).alpha(0.75))
    let core = light.isLow ? Color(0xFFF0C4) : Color(0xFFFDF2)
    let rim = light.isLow ? light.key.mixed(core, 0.35) : core
    canvas.fill(.ellipse(centre.x, centre.y, radius, radius)) { place in
      core.mixed(rim, ((place.y - centre.y) / radius * 0.5 + 0.5).clamped())
    }
  }

  /// Sheets of cloud, lit from where the light is; drawn coarsely, being soft.
  private mutating func paintClouds(_ amount: Float) {
    let step = 3
    let columns = canvas.bounds.width / step + 3
    let rows = Int(horizon * canvas.unit) / step + 2
    let stretch: Point = light.isLow ? Point(1.5, 7) : Point(1.9, 4.2)
    var sheet = Canvas(
      Bounds(x: 0, y: 0, width: columns, height: rows), unit: canvas.unit / Float(step))
    let source = source
    let horizon = horizon
    let noise = noise
    let sky = light
    let bright =
      sky.isNight ? sky.skyLow.mixed(sky.key, 0.3) : Color(0xFFFFFF).mixed(sky.key, sky.isLow ? 0.75 : 0.2)
    let dark = sky.skyMiddle.mixed(sky.isLow ? sky.skyTop : sky.haze, 0.6)
    sheet.shade { place, _ in
      let perspective = 0.45 + 1.1 * (place.y / horizon) * (place.y / horizon)
      let p = Point(place.x, place.y * perspective) * stretch
      let here = noise.fractal(p.x + 3.1, p.y, octaves: 5)
      let density = here.step(0.66 - amount * 0.24, 0.82 - amount * 0.1)
      guard density > 0.004 else { return .zero }
      let toward = (source - place) / max((source - place).length, 0.05)
      let ahead = noise.fractal(p.x + 3.1 + toward.x * 0.25, p.y + toward.y * 0.55, octaves: 3)
      let lit = ((here - ahead) * 3.2 + 0.55).clamped()
      let near = exp(-(source - place).length * 2.4)
      let tone = dark.mixed(bright, (lit * (sky.isLow ? 0.7 : 0.9) + near * 0.4).clamped())
      let fade = (place.y / horizon).step(1.02, 0.72)
      return tone.alpha(1) * (density * fade * (sky.isNight ? 0.5 : 0.85))
    }
    canvas.shade(0, horizon) { place, old in
      let cloud = sheet.sample(place)
      return (old * (1 - cloud.w) + cloud).alpha(1)
    }
  }
}

extension SIMD2<Float> {
  var length: Float { (self * self).sum().squareRoot() }
}
