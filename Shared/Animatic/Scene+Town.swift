import Glibc

extension Scene {
  /// A street between rows of houses; at night their windows and lamps lie on the wet asphalt.
  mutating func paintCity() {
    horizon = 0.6
    footing = Point(aspect * 0.5, 0.87)
    paintSky(clouds: 0.4)
    canvas.glow(
      Point(aspect * 0.5, horizon), radius: 0.45,
      light.isNight ? Color(0xE09A56).alpha(0.4) : light.key.alpha(0.25))
    let walls = palette.tint(Color(light.isNight ? 0x3A4560 : 0x8C8794), 0.35)
    for (layer, far) in [Float(0.72), 0.5, 0.25].enumerated() {
      let size = 0.045 + 0.025 * Float(layer)
      var x: Float = -0.05
      while x < aspect + 0.05 {
        let width = size * dice.roll(0.8, 1.9)
        let off = abs(x + width / 2 - aspect / 2) / aspect * 2
        let height =
          (0.14 + off * (0.1 + 0.12 * Float(layer))) * dice.roll(0.6, 1.4) + 0.04 * Float(2 - layer)
        paintTower(x, width, top: horizon - height, walls.scaled(dice.roll(0.75, 1.15)), far: far)
        x += width * dice.roll(0.98, 1.25)
      }
    }
    let ground = palette.tint(Color(0x44454C), 0.3)
    let light = light
    let horizon = horizon
    canvas.fill(.rect(0, horizon, aspect, 1 - horizon)) { place in
      light.far(light.on(ground, 0.25), exp(-(place.y - horizon) * 18) * 0.45)
    }
    paintSideStreets(walls)
    paintStreet()
  }

  /// One house of the skyline.
  private mutating func paintTower(_ x: Float, _ width: Float, top: Float, _ wall: Color, far: Float) {
    let light = light
    let horizon = horizon
    var shape = Path.rect(x, top, width, horizon + 0.02 - top)
    let kind = dice.roll()
    if kind > 0.6 { shape = shape + .rect(x + width * 0.2, top - width * 0.3, width * 0.6, width * 0.32) }
    if kind > 0.8 {
      shape =
        shape + .line(Point(x + width / 2, top), Point(x + width / 2, top - width * 1.3), 0.003, tip: 0.001)
    }
    canvas.fill(shape) { place in
      let across = (place.x - x) / width
      let lit = light.direction.x > 0 ? across : 1 - across
      let ground = (place.y - top) / (horizon - top)
      return light.far(light.on(wall, 0.12 + lit * 0.5), (far + ground * 0.14).clamped())
    }
    let cell = 0.0085 + 0.004 * (1 - far)
    paintWindows(x + cell * 0.5, top + cell, width - cell, horizon - top - cell, cell, far)
  }

  private mutating func paintWindows(
    _ x: Float, _ y: Float, _ width: Float, _ height: Float, _ cell: Float, _ far: Float
  ) {
    let columns = Int(width / cell)
    let rows = Int(height / (cell * 1.3))
    guard columns > 0, rows > 0 else { return }
    let share: Float = light.isNight ? 0.46 : light.isLow ? 0.22 : 0
    let salt = Int32(cell: x * 1000)
    let light = light
    let noise = noise
    canvas.fill(.rect(x, y, Float(columns) * cell, Float(rows) * cell * 1.3)) { place in
      let u = (place.x - x) / cell
      let v = (place.y - y) / (cell * 1.3)
      let inside =
        (u - floor(u)).step(0.2, 0.3) * (1 - (u - floor(u))).step(0.2, 0.3)
        * (v - floor(v)).step(0.22, 0.34) * (1 - (v - floor(v))).step(0.22, 0.34)
      let chance = noise.hash(Int32(cell: u) &+ salt, Int32(cell: v))
      let tone = noise.hash(Int32(cell: u) &+ salt, Int32(cell: v) &+ 999)
      let on = chance < share
      let lamp = Color(0xFFC877).mixed(tone < 0.7 ? Color(0xFFE9BE) : Color(0xA9D4FF), tone)
      let glass = light.skyLow.scaled(0.45 + tone * 0.3)
      return on
        ? lamp.mixed(light.haze, far * 0.35).alpha(inside * (0.95 - far * 0.35))
        : glass.mixed(light.haze, far * 0.6).alpha(inside * 0.45)
    }
  }

  /// The fronts on both sides, running to the vanishing point.
  private mutating func paintSideStreets(_ wall: Color) {
    let light = light
    let horizon = horizon
    let middle = aspect / 2
    let noise = noise
    for side: Float in [-1, 1] {
      for block in 0..<4 {
        let near = 1.15 - Float(block) * 0.22
        let next = near - 0.215
        let height = 0.62 * noise.hash(Int32(block), side > 0 ? 5 : 6).mixed(1, 0.55)
        let x0 = middle + side * near * middle
        let x1 = middle + side * next * middle
        func top(_ n: Float) -> Float { horizon - height * n * 0.92 }
        func bottom(_ n: Float) -> Float { horizon + 0.27 * n }
        let shape = Path.polygon([
          Point(x0, top(near)), Point(x1, top(next)), Point(x1, bottom(next)), Point(x0, bottom(near)),
        ])
        let color = wall.scaled(0.55 + 0.25 * noise.hash(Int32(block), 3))
        let share: Float = light.isNight ? 0.5 : light.isLow ? 0.25 : 0
        let facing: Float = light.direction.x * side < 0 ? 0.55 : 0.12
        canvas.fill(shape) { place in
          let n = abs(place.x - middle) / middle
          let v = (place.y - horizon) / n / 0.05
          let u = 3.4 / n * 3
          let fu = u - floor(u)
          let fv = v - floor(v)
          let frame =
            fu.step(0.16, 0.24) * (1 - fu).step(0.16, 0.24) * fv.step(0.2, 0.28) * (1 - fv).step(0.2, 0.28)
          let cell = noise.hash(Int32(cell: u) &+ Int32(side * 40), Int32(cell: v))
          let far = (0.5 - n * 0.5).clamped(0, 0.5)
          var tone = light.far(light.on(color, facing + noise.fractal(u * 3, v * 3, octaves: 2) * 0.1), far)
          let lamp = Color(0xFFBE6B).mixed(Color(0xFFE7BD), cell * 1.6)
          tone = tone.mixed(
            cell < share ? lamp.scaled(0.95) : light.skyLow.scaled(0.4), frame * (cell < share ? 0.9 : 0.5))
          return tone.alpha(1)
        }
      }
    }
  }

  /// Asphalt with what stands above it in it, kerbs, a line and lamps.
  private mutating func paintStreet() {
    let mirror = canvas
    let light = light
    let noise = noise
    let horizon = horizon
    let middle = aspect / 2
    let wet: Float = light.isNight ? 0.75 : light.isLow ? 0.3 : 0.12
    let asphalt = palette.tint(Color(0x4A4B52), 0.25)
    let reach = Path.polygon([
      Point(middle - 0.02, horizon + 0.004), Point(middle + 0.02, horizon + 0.004),
      Point(middle + middle * 1.06 / 0.675, 1.02), Point(middle - middle * 1.06 / 0.675, 1.02),
    ])
    canvas.fill(reach) { place in
      let near = (place.y - horizon) / (1 - horizon)
      let rough = noise.fractal(place.x / (0.05 + near * 0.3) * 9, place.y * 160, octaves: 3) - 0.5
      let seen = Point(place.x + rough * 0.02, horizon - (place.y - horizon) * 1.25 + rough * 0.05 * near)
      let u = (place.x - middle) / max(near, 0.02) / middle
      let puddle = noise.fractal(u * 5, 1 / max(near, 0.05) * 1.6, octaves: 3).step(0.36, 0.62)
      var tone = light.on(asphalt.scaled(0.75 + rough * 0.25), 0.42)
      tone = tone.mixed(mirror.sample(seen), wet * (0.45 + puddle * 0.55))
      let v = 1.9 / max(near, 0.015)
      let dash = (abs(u) - 0.012).step(0.006, 0) * (v - floor(v)).step(0.45, 0.52)
      let kerb = (abs(abs(u) - 0.98) - 0.012).step(0.008, 0)
      tone = tone.mixed(light.on(Color(0xE4DCC8), 0.7), dash * 0.65 + kerb * 0.4)
      return light.far(tone, exp(-near * 9) * 0.5).scaled(1 - near * 0.15).alpha(1)
    }
    for side: Float in [-1, 1] {
      for post in 0..<4 { paintLamp(side: side, near: 0.92 / Float(post * post / 2 + post + 1)) }
    }
  }

  private mutating func paintLamp(side: Float, near: Float) {
    let middle = aspect / 2
    let foot = Point(middle + side * near * middle * 0.86, horizon + 0.29 * near)
    let height = 0.5 * near
    let arm = Point(foot.x - side * 0.09 * near, foot.y - height)
    let metal = light.far(light.on(Color(0x2A2C33), 0.3), 0.3 - near * 0.3)
    canvas.fill(.line(foot, Point(foot.x, foot.y - height), 0.009 * near, tip: 0.005 * near), metal)
    canvas.fill(.line(Point(foot.x, foot.y - height), arm, 0.006 * near), metal)
    canvas.fill(
      .ellipse(arm.x, arm.y + 0.006 * near, 0.016 * near, 0.007 * near),
      light.isNight || light.isLow ? Color(0xFFEBC2) : metal)
    guard light.isNight || light.isLow else { return }
    canvas.glow(arm, radius: 0.05 * near, Color(0xFFD596).alpha(0.9))
    canvas.glow(arm, radius: 0.16 * near, Color(0xFFB765).alpha(light.isNight ? 0.5 : 0.3))
    canvas.glow(
      foot + Point(-side * 0.05 * near, 0.01), radius: 0.1 * near,
      Color(0xFFB765).alpha(light.isNight ? 0.28 : 0.1))
  }

  /// A road that runs straight to the horizon through open land.
  mutating func paintRoad() {
    horizon = 0.57
    footing = Point(aspect * 0.5, 0.86)
    paintSky(clouds: 0.6)
    let land = palette.tint(Color(0xA58A56), 0.25)
    paintHill(ridge(0.555, 0.09, 0.5, sharpness: 0.4, octaves: 5, salt: 3), Color(0x7A6E7A), far: 0.62)
    paintHill(ridge(0.575, 0.03, 0.8, octaves: 3, salt: 4), land.scaled(0.8), far: 0.3)
    let level = Ridge(heights: [Float](repeating: 0.585, count: canvas.bounds.width + 3), unit: canvas.unit)
    paintHill(level, land, far: 0.06)
    paintGrass(from: 0.64, count: 1300, color: land)
    let light = light
    let noise = noise
    let middle = aspect / 2
    let top: Float = 0.586
    let road = Path.polygon([
      Point(middle - 0.004, top), Point(middle + 0.004, top), Point(middle + 0.62, 1.02),
      Point(middle - 0.62, 1.02),
    ])
    canvas.fill(road) { place in
      let near = max((place.y - top) / (1 - top), 0.004)
      let u = (place.x - middle) / near / 0.6
      let v = 1.3 / near
      let grit = noise.fractal(place.x * 90, place.y * 240, octaves: 2) - 0.5
      let worn = exp(-pow((abs(u) - 0.5) * 5, 2)) * 0.14
      var tone = light.on(Color(0x4C4A50).scaled(0.9 + grit * 0.22 - worn), 0.5)
      let dash =
        (abs(u) - 0.012).step(0.012, 0.002) * (v - floor(v)).step(0.42, 0.5)
        * (1 - v + floor(v)).step(0, 0.06)
      let edge = (abs(abs(u) - 0.93) - 0.014).step(0.01, 0)
      tone = tone.mixed(light.on(Color(0xF2E6C4), 0.85), dash * 0.9 + edge * 0.75)
      return light.far(tone, exp(-near * 14) * 0.55).alpha(1)
    }
    for pole in 0..<6 { paintPole(near: 0.95 / Float(pole * 2 + 1)) }
  }

  private mutating func paintPole(near: Float) {
    let foot = Point(aspect / 2 + 0.82 * near, 0.586 + 0.3 * near)
    let wood = light.far(light.on(Color(0x4A3B30), 0.3), 0.35 - near * 0.3)
    canvas.fill(.line(foot, foot - Point(0, 0.5 * near), 0.012 * near, tip: 0.009 * near), wood)
    canvas.fill(.rect(foot.x - 0.07 * near, foot.y - 0.46 * near, 0.14 * near, 0.009 * near), wood)
  }
}
