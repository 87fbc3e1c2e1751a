import Contracts
import Glibc

extension Scene {
  /// The open sea with the sky in it, and a rock to stand on for what cannot swim.
  mutating func paintSea(afloat: Bool) {
    horizon = 0.57
    footing = Point(aspect * 0.5, afloat ? 0.74 : 0.8)
    paintSky(clouds: 0.55)
    if !light.isNight {
      let shore = ridge(0.565, 0.035, 0.5, octaves: 4, salt: 21)
      let light = light
      land(shore) { _, _ in light.far(Color(0x4A5568), 0.62) }
    }
    paintWater(from: horizon, depth: palette.tint(Color(light.isNight ? 0x0A1A30 : 0x1F5468), 0.3))
  }

  /// Still or choppy water: the picture above it, broken by waves that grow with nearness.
  mutating func paintWater(from top: Float, depth color: Color, chop: Float = 1) {
    let mirror = canvas
    let light = light
    let noise = noise
    let source = source
    let middle = aspect / 2
    let body = light.on(color, 0.55)
    canvas.shade(top, 1) { place, _ in
      let near = max(place.y - top, 0) / (1 - top)
      let span = 0.012 + near * 0.15
      let across = (place.x - middle) / span
      let away = log(span) * (1 - top) / 0.15
      let wave = noise.fractal(across * 0.32, away * 5.5 + 70, octaves: 3) - 0.5
      let ripple = noise.value(across * 1.7, away * 17 + 300) - 0.5
      let bend = (wave * 1.4 + ripple * 0.5) * chop
      let seen = Point(
        place.x + bend * span * 0.5, top - (place.y - top) * 0.85 - abs(bend) * (0.03 + near * 0.22))
      let reflection = mirror.sample(Point(seen.x, max(seen.y, 0.004)))
      let steep = (0.62 - near * 0.4 + bend * 0.35).clamped(0.08, 0.85)
      var water = body.scaled(1 - near * 0.35).mixed(reflection, steep)
      let column = abs(place.x - source.x) / (0.035 + near * 0.12)
      let glitter = (bend * 2.1 + exp(-column * column) * 1.15 - 0.62).step(0.1, 0.6) * exp(-column * 0.7)
      water = water.mixed(light.key, glitter * (light.isNight ? 0.75 : 0.7))
      return water.mixed(light.haze, exp(-near * 26) * 0.5).alpha(1)
    }
  }

  /// A rock, rising out of the water around the footing, with foam where it meets the sea.
  mutating func paintRock(width: Float, height: Float) {
    let light = light
    let noise = noise
    let centre = footing
    let count = 90
    let outline: [Point] = (0...count).map { index in
      let t = Float(index) / Float(count)
      let arch = pow(sin(t * .pi), 0.5)
      let rough = noise.fractal(t * 9, 61, octaves: 4) - 0.5
      let sink = (arch - 0.55).clamped(0, 0.45) / 0.45
      return Point(
        centre.x + (t - 0.5) * width,
        centre.y + height * (1 - arch * 1.02) + rough * height * 0.5 * (1 - sink * 0.9))
    }
    let base = centre.y + height
    let foam = Path.ellipse(centre.x, base, width * 0.56, height * 0.24)
    canvas.fill(foam, blur: 0.012) { place in
      let broken = noise.fractal(place.x * 26, place.y * 60, octaves: 3).step(0.4, 0.62)
      return light.on(Color(0xF2F6F8), 0.75).alpha(0.25 + broken * 0.6)
    }
    let stone = palette.tint(Color(0x5C5450), 0.25)
    canvas.fill(.polygon(outline)) { place in
      let facet = noise.fractal(place.x * 16, place.y * 22, octaves: 5) - 0.5
      let across = (place.x - centre.x) / width * 2 * light.direction.x
      let tone = (0.38 + across * 0.6 + facet * 1.2).clamped()
      let wet = ((place.y - centre.y) / height).step(0.5, 1)
      return light.on(stone.scaled(0.95 - wet * 0.45), tone)
    }
    let edge = Path.ellipse(centre.x, base + 0.004, width * 0.5, height * 0.1)
    canvas.fill(edge, blur: 0.006) { place in
      let broken = noise.fractal(place.x * 40, place.y * 90, octaves: 3).step(0.42, 0.6)
      return light.on(Color(0xF2F6F8), 0.8).alpha(broken * 0.8)
    }
  }
}
