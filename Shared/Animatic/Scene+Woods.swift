import Glibc

extension Scene {
  /// A clearing: trunks fade into lit mist, beams fall across, fern and moss near by.
  mutating func paintForest() {
    horizon = 0.62
    footing = Point(aspect * 0.5, 0.84)
    let light = light
    let glowing = light.isNight ? light.skyMiddle : Color(0xF3EDB8).mixed(light.key, 0.45)
    let green = palette.tint(Color(light.isNight ? 0x1B3040 : 0x5F8550), 0.3)
    let centre = Point(light.source.x.mixed(0.5, 0.45) * aspect, 0.34)
    canvas.shade { place, _ in
      let away = ((place - centre) * Point(0.8, 1)).length
      return green.mixed(glowing, exp(-away * 2.6) * 0.95).scaled(1 - (away - 0.5).clamped() * 0.3).alpha(1)
    }
    if light.isNight { canvas.glow(Point(centre.x, 0.14), radius: 0.1, light.key.alpha(0.9)) }
    let depths: [(far: Float, count: Int, width: Float, foot: Float)] = [
      (0.85, 34, 0.012, 0.6), (0.68, 24, 0.018, 0.63), (0.48, 15, 0.028, 0.67), (0.26, 9, 0.042, 0.72),
    ]
    for (index, depth) in depths.enumerated() {
      paintTrunks(
        depth.count, depth.width, foot: depth.foot, mist: glowing.mixed(green, 0.45), far: depth.far)
      paintUndergrowth(
        depth.foot, green, mist: glowing.mixed(green, 0.45), far: depth.far, salt: Float(index))
    }
    paintBeams(from: centre, glowing)
    paintHill(ridge(0.76, 0.04, 1.2, octaves: 3, salt: 9), green.scaled(0.8), far: 0)
    paintGrass(from: 0.77, count: 1500, color: green.mixed(Color(0x86A04A), 0.4))
    paintCanopy(green)
    for (x, width) in [(Float(0.045), Float(0.1)), (0.945, 0.13)] { paintFrameTrunk(x * aspect, width) }
  }

  private mutating func paintTrunks(_ count: Int, _ width: Float, foot: Float, mist: Color, far: Float) {
    let light = light
    let noise = noise
    let bark = palette.tint(Color(0x4B3A2C), 0.25)
    for index in 0..<count {
      let share = (Float(index) + dice.roll(0.05, 0.95)) / Float(count)
      if far < 0.4, abs(share - 0.5) < 0.15 { continue }
      let x = share * aspect
      let size = width * dice.roll(0.6, 1.25)
      let bottom = foot + dice.roll(0, 0.03)
      let lean = dice.roll(-0.02, 0.02)
      let shape = Path.line(Point(x, bottom), Point(x + lean, -0.05), size, tip: size * 0.6)
      let boughs = (0..<4).map { _ in
        let y = dice.roll(0.05, foot - 0.25)
        let reach = dice.roll(-3.4, 3.4) * size
        return Path.line(Point(x, y), Point(x + reach, y - abs(reach) * 0.7), size * 0.2, tip: size * 0.05)
      }
      canvas.fill(boughs.reduce(shape, +)) { place in
        let across = ((place.x - x - lean * (bottom - place.y)) / size * light.direction.x + 0.5).clamped()
        let grain = noise.fractal(place.x * 90, place.y * 11, octaves: 2) - 0.5
        return light.on(bark.scaled(0.8 + grain * 0.5), across * 0.8).mixed(mist, far)
      }
    }
  }

  private mutating func paintUndergrowth(_ y: Float, _ green: Color, mist: Color, far: Float, salt: Float) {
    let light = light
    let noise = noise
    land(ridge(y, 0.05, 0.12, octaves: 5, salt: salt + 40)) { place, depth in
      let leaf = noise.fractal(place.x * 42, place.y * 60, octaves: 3) - 0.5
      return light.on(green.scaled(0.8 + leaf * 0.7), 0.2 + exp(-depth * 30) * 0.6).mixed(mist, far)
    }
  }

  private mutating func paintBeams(from centre: Point, _ color: Color) {
    let start = Point(centre.x + light.direction.x * 0.25, -0.12)
    let strength: Float = light.isNight ? 0.2 : 0.5
    for index in 0..<7 {
      let angle = Float(index) * 0.16 - 0.5 + dice.roll(-0.04, 0.04) - light.direction.x * 0.35
      let width = dice.roll(0.02, 0.07)
      let end = start + Point(sin(angle), cos(angle)) * 1.05
      canvas.fill(.line(start, end, width * 0.4, tip: width * 2.2), blur: 0.014) { place in
        let t = ((place - start).length / 1.05).clamped()
        return color.alpha(strength * (1 - t) * (1 - t * 0.3))
      }
    }
  }

  /// Leaves that hang into the picture from above.
  private mutating func paintCanopy(_ green: Color) {
    let light = light
    let noise = noise
    let aspect = aspect
    canvas.shade(0, 0.42) { place, old in
      let side = abs(place.x / aspect - 0.5) * 2
      let reach = 0.07 + side * side * 0.24
      let leaf = noise.fractal(place.x * 13, place.y * 13, octaves: 5)
      let cover = (leaf + (reach - place.y) * 2.6).step(0.66, 0.78)
      let tone = noise.fractal(place.x * 30 + 5, place.y * 30, octaves: 3)
      return old.mixed(light.on(green.scaled(0.35 + tone * 0.5), tone * 0.7), cover).alpha(1)
    }
  }

  private mutating func paintFrameTrunk(_ x: Float, _ width: Float) {
    let light = light
    let noise = noise
    let shape = Path(
      "M-0.5 -0.1 C-0.46 0.4 -0.5 0.75 -0.62 1.0 L-0.9 1.1 L0.95 1.1 L0.6 0.98 C0.48 0.75 0.44 0.4 0.5 -0.1 Z"
    ).mapped { Point(x + $0.x * width, $0.y) }
    let bark = palette.tint(Color(0x3A2D24), 0.25)
    canvas.fill(shape) { place in
      let across = ((place.x - x) / width * light.direction.x * 1.1 + 0.4).clamped()
      let grain = noise.fractal(place.x * 75, place.y * 8, octaves: 4) - 0.5
      return light.on(bark.scaled(0.7 + grain * 0.9), across * across * 0.75)
    }
  }
}
