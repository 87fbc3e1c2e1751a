import Glibc

extension Scene {
  /// Stars and nebula, a planet with its air, and the ground of a moon.
  mutating func paintSpace() {
    horizon = 0.74
    footing = Point(aspect * 0.5, 0.83)
    light.ambient = palette.tint(Color(0x39415F), 0.3)
    light.key = Color(0xFFF2DF).mixed(light.key, 0.3)
    let noise = noise
    let warm = palette.tint(palette.accent, 0.2)
    let cool = palette.tint(Color(0x3C5FA8), 0.3)
    canvas.shade { place, _ in
      let bend = noise.fractal(place.x * 1.3, place.y * 1.3, octaves: 3) - 0.5
      let cloud = noise.fractal(place.x * 2.2 + bend * 1.6, place.y * 2.6 + bend, octaves: 5).step(0.42, 0.85)
      let other = noise.fractal(place.x * 1.7 + 8, place.y * 2.1 + bend * 2, octaves: 4).step(0.48, 0.85)
      let dark = Color(0x05060F)
      return (dark + warm * (cloud * 0.5) + cool * (other * 0.55)).alpha(1)
    }
    paintStars(count: 700, below: 1)
    paintPlanet(Point(aspect * (light.direction.x > 0 ? 0.26 : 0.74), 0.3), radius: 0.21)
    paintMoonGround()
  }

  private mutating func paintPlanet(_ centre: Point, radius: Float) {
    let noise = noise
    let sun = light.direction
    let air = palette.tint(Color(0x8FC3FF), 0.3)
    let land = palette.tint(palette.accent.mixed(Color(0xC49A6C), 0.5), 0.2)
    let sea = palette.tint(Color(0x2E4F7C), 0.3)
    canvas.glow(centre, radius: radius * 1.15, air.alpha(0.3))
    canvas.fill(.ellipse(centre.x, centre.y, radius, radius)) { place in
      let p = (place - centre) / radius
      let z = max(1 - (p * p).sum(), 0).squareRoot()
      let facing = p.x * sun.x + p.y * sun.y + z * sun.z * 0.5
      let band = noise.fractal(
        p.x * 1.4 + z, p.y * 3 + noise.fractal(p.x * 3, p.y * 3, octaves: 3), octaves: 5)
      let cloud = noise.fractal(p.x * 3 + 9, p.y * 6, octaves: 5).step(0.52, 0.75)
      let ground = sea.mixed(land, band.step(0.42, 0.58)).mixed(Color(0xF4F6FA), cloud * 0.7)
      let day = facing.step(-0.12, 0.75)
      let rim = (1 - z) * (1 - z) * (facing + 0.35).clamped()
      return (ground.scaled(0.02 + day * 1.05) + air * (rim * 0.85)).alpha(1)
    }
  }

  private mutating func paintMoonGround() {
    let light = light
    let noise = noise
    let dust = palette.tint(Color(0x9A979C), 0.25)
    let side: Float = light.direction.x > 0 ? 1 : -1
    for (index, far) in [Float(0.3), 0].enumerated() {
      let ridge = ridge(0.74 + Float(index) * 0.05, 0.06, 0.6, octaves: 5, salt: Float(index) + 50)
      land(ridge) { place, depth in
        let near = max(place.y - 0.66, 0.05)
        let u = Point((place.x - 0.9) / near * 2.2, 1 / near * 1.9)
        let here = noise.fractal(u.x, u.y, octaves: 5)
        let ahead = noise.fractal(u.x + side * 0.16, u.y, octaves: 5)
        let tone = 0.34 + (here - ahead) * 3.4 + exp(-depth * 90) * 0.4
        return light.on(dust.scaled(0.85 + here * 0.3), tone).scaled(1 - far)
      }
    }
  }
}
