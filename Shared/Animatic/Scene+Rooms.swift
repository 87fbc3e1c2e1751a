import Glibc

extension Scene {
  /// A studio: a sweep of paper, a disc of colour behind, and soft light from one side.
  mutating func paintStudio() {
    horizon = 0.7
    footing = Point(aspect * 0.5, 0.8)
    light = studioLight()
    let light = light
    let base = palette.tint(Color(light.isNight ? 0x2B2F3C : 0xB9AFA8), 0.75)
    let paper = base.luma > 0.75 ? base.scaled(0.85) : base
    let side: Float = light.direction.x > 0 ? 1 : -1
    let centre = Point(aspect * 0.5, 0.46)
    canvas.shade { place, _ in
      let spot = ((place - Point(centre.x + side * 0.12, 0.4)) * Point(0.75, 1)).length
      let wall = paper.scaled(0.5 + 0.75 * exp(-spot * spot * 2.6))
      let floor = ((place - Point(centre.x, 0.84)) * Point(0.55, 1.7)).length
      let ground = paper.scaled(0.52 + 0.72 * exp(-floor * floor * 3))
      return wall.mixed(ground, place.y.step(0.62, 0.82)).alpha(1)
    }
    let disc = palette.tint(palette.accent.mixed(paper, 0.25), 0.1)
    let radius = min(0.31, aspect * 0.4)
    canvas.fill(.ellipse(centre.x, centre.y + 0.02, radius, radius)) { place in
      let t = ((place.x - centre.x) * side * 0.7 - (place.y - centre.y)) / radius
      return disc.scaled(0.72 + 0.3 * (t * 0.5 + 0.5).clamped()).alpha(0.8 * (0.74 - place.y).step(0, 0.12))
    }
    let beam = Path.polygon([
      Point(centre.x + side * 0.75, -0.1), Point(centre.x + side * 1.05, -0.1),
      Point(centre.x + side * 0.12, 0.9),
      Point(centre.x - side * 0.5, 0.9),
    ])
    canvas.fill(beam, blur: 0.06) { place in Color(0xFFF4E2).alpha(0.16 * (1 - place.y * 0.7)) }
  }

  /// What lamps do, whatever the hour: the time only makes them warmer or dimmer.
  private func studioLight() -> Light {
    var lamp = light
    lamp.key = Color(0xFFF3E2).mixed(light.key, light.isNight ? 0.5 : 0.35)
    lamp.ambient = palette.tint(Color(light.isNight ? 0x3D4358 : 0x8E8B92), 0.3)
    return lamp
  }

  /// A room with a window; its light falls over the wall and the boards.
  mutating func paintInterior() {
    horizon = 0.72
    footing = Point(aspect * 0.5, 0.85)
    var sky = self
    sky.paintSky(clouds: 0.5)
    let light = light
    let wall = palette.tint(Color(light.isNight ? 0x4B4A5C : 0xC4B5A2), 0.45)
    let right = light.direction.x > 0
    let windowX = right ? aspect * 0.73 : aspect * 0.07
    let windowWidth = aspect * 0.2
    let centre = Point(windowX + windowWidth / 2, 0.3)
    let noise = noise
    canvas.shade(0, 0.74) { place, _ in
      let away = ((place - centre) * Point(0.7, 1)).length
      let plaster = noise.fractal(place.x * 30, place.y * 30, octaves: 3) - 0.5
      return light.on(wall.scaled(1 + plaster * 0.05), 0.16 + exp(-away * 1.6) * 0.6).alpha(1)
    }
    paintBoards()
    paintLightOnWall(windowX, windowWidth)
    let outside = sky.canvas
    canvas.fill(.rect(windowX - 0.012, 0.108, windowWidth + 0.024, 0.404), light.on(Color(0xEDE6DA), 0.5))
    canvas.fill(.rect(windowX, 0.12, windowWidth, 0.38)) { place in
      outside.sample(
        Point((place.x - windowX) / windowWidth * 0.4 + (right ? 0.9 : 0.2), place.y * 0.95 + 0.08)
      )
      .scaled(1.06)
    }
    canvas.glow(centre, radius: 0.26, light.key.alpha(light.isNight ? 0.1 : 0.32))
    let frame = light.on(Color(0xE4DACB), 0.35)
    canvas.fill(.rect(windowX + windowWidth / 2 - 0.005, 0.12, 0.01, 0.38), frame)
    canvas.fill(.rect(windowX, 0.29, windowWidth, 0.008), frame)
    canvas.fill(.rect(windowX - 0.025, 0.505, windowWidth + 0.05, 0.018), light.on(Color(0xEDE6DA), 0.75))
    paintFurniture(right: right)
  }

  private mutating func paintLightOnWall(_ windowX: Float, _ width: Float) {
    let side: Float = light.direction.x > 0 ? -1 : 1
    let light = light
    let shift = side * aspect * 0.34
    for pane in 0..<4 {
      let x = windowX + Float(pane % 2) * width * 0.52 + shift
      let y = 0.2 + Float(pane / 2) * 0.185
      let shape = Path.polygon([
        Point(x, y), Point(x + width * 0.47, y - side * 0.03),
        Point(x + width * 0.47 + side * 0.03, y + 0.165 - side * 0.03),
        Point(x + side * 0.03, y + 0.165),
      ])
      canvas.fill(shape, blur: 0.006) { _ in light.key.alpha(light.isNight ? 0.1 : 0.34) }
    }
  }

  private mutating func paintBoards() {
    let light = light
    let noise = noise
    let middle = aspect / 2
    let wood = palette.tint(Color(0x8A5F3E), 0.3)
    let mirror = canvas
    let side: Float = light.direction.x > 0 ? 1 : -1
    canvas.shade(0.74, 1) { place, _ in
      let near = place.y - 0.5
      let u = (place.x - middle) / near * 2.6
      let board = floor(u)
      let gap = min(u - board, 1 - u + board).step(0, 0.035)
      let v = 1 / near * 1.3 + noise.hash(Int32(cell: board), 4) * 9
      let joint = min(v - floor(v), 1).step(0, 0.02)
      let grain = noise.fractal(u * 7, v * 1.2, octaves: 3) - 0.5
      let tone = wood.scaled(0.75 + noise.hash(Int32(cell: board), Int32(cell: v)) * 0.35 + grain * 0.25)
      let pool = ((place - Point(middle + side * 0.25, 0.86)) * Point(0.7, 3)).length
      let color = light.on(tone, 0.2 + exp(-pool * pool) * 0.6).scaled(0.55 + 0.45 * gap * joint)
      let gloss = mirror.sample(Point(place.x, 1.46 - place.y))
      return color.mixed(gloss, 0.14).alpha(1)
    }
    canvas.fill(.rect(0, 0.705, aspect, 0.037), light.on(Color(0xE4DACB), 0.4))
    canvas.fill(.rect(0, 0.738, aspect, 0.005), light.on(Color(0x3A2A20), 0.2))
  }

  /// A picture on the wall, a lamp and a plant, away from the middle.
  private mutating func paintFurniture(right: Bool) {
    let light = light
    let x = right ? aspect * 0.12 : aspect * 0.74
    canvas.fill(.rect(x, 0.16, aspect * 0.13, 0.2), light.on(Color(0x2E2620), 0.4))
    canvas.fill(
      .rect(x + 0.01, 0.17, aspect * 0.13 - 0.02, 0.18), light.on(palette.tint(Color(0xD8CDB8), 0.5), 0.55))
    canvas.fill(
      .ellipse(x + aspect * 0.065, 0.26, aspect * 0.024, aspect * 0.024), light.on(palette.accent, 0.5))
    let foot = Point(right ? aspect * 0.1 : aspect * 0.9, 0.86)
    var dice = dice
    for leaf in 0..<17 {
      let angle = (Float(leaf) / 16 - 0.5) * 2.3
      let length = dice.roll(0.16, 0.3)
      let tip = foot + Point(sin(angle) * length * 0.75, -0.11 - cos(angle) * length)
      let start = foot - Point(0, 0.1)
      let side = Point(-(tip - start).y, (tip - start).x) / max((tip - start).length, 0.01) * 0.02
      let middle = (start + tip) * 0.5 + Point(0, -0.03)
      let green = palette.tint(Color(0x4E7148), 0.2).scaled(dice.roll(0.6, 1.2))
      canvas.fill(.polygon([start, middle + side, tip, middle - side])) { place in
        light.on(green, 0.25 + (foot.y - place.y) * 1.2)
      }
    }
    let pot = Path("M-0.05 -0.12 L0.05 -0.12 L0.038 0 L-0.038 0 Z").mapped { $0 + foot }
    canvas.fill(pot) { place in
      light.on(Color(0xB8694A), ((place.x - foot.x) / 0.05 * light.direction.x * 0.5 + 0.4).clamped())
    }
  }
}
