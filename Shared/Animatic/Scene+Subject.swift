import Contracts
import Glibc

extension Scene {
  /// Puts the subject where it stands, with what it stands on, its shadow and its reflection.
  mutating func place(_ kind: SubjectKind, color: String?) {
    let plan = Blueprint(kind)
    if kind == .mountain {
      footing.y = setting == .studio || setting == .interior ? footing.y : horizon + 0.1
    }
    if kind == .bird { footing.y = setting == .studio || setting == .interior ? 0.66 : 0.52 }
    let scale = min(plan.share * 0.84 / plan.height, aspect * 0.44 / plan.width) * prominence(kind)
    footing.y = min(footing.y, max(0.61 + plan.height * scale / 2, horizon + 0.1))
    prepareGround(kind, plan.width * scale)
    let own = color.flatMap { Color(hex: $0) } ?? palette.tint(Color(plan.color), 0.2)
    var figure = Figure(
      layer: Canvas(bounds(plan, scale), unit: canvas.unit), light: light, palette: palette, noise: noise,
      color: own, place: footing, scale: scale)
    plan.draw(&figure)
    if !isFloating(kind) { castShadow(of: figure.layer, width: plan.width * scale) }
    if !isGoods(kind), kind != .bird, kind != .mountain { reflect(figure.layer, kind) }
    if kind == .lighthouse, light.isNight || light.isLow { paintLampBeams(figure.scene(Point(0, -0.84))) }
    canvas.overlay(figure.layer)
    for glow in figure.glows { canvas.glow(glow.place, radius: glow.radius, glow.color) }
    if kind == .car, setting == .desert || setting == .road { paintDust(figure) }
  }

  /// Some subjects are part of the land and may be larger than what is shown on it.
  private func prominence(_ kind: SubjectKind) -> Float {
    switch (kind, setting) {
    case (.person, .city), (.person, .road): 1.05
    case (.mountain, .studio), (.mountain, .interior): 0.7
    case (.building, .studio), (.building, .interior), (.tree, .interior): 0.75
    default: 1
    }
  }

  private func isFloating(_ kind: SubjectKind) -> Bool {
    kind == .bird || kind == .mountain || (kind == .boat && setting == .sea)
  }

  private func isGoods(_ kind: SubjectKind) -> Bool {
    switch kind {
    case .bottle, .box, .cup, .shoe, .phone, .abstract: true
    default: false
    }
  }

  private func bounds(_ plan: Blueprint, _ scale: Float) -> Bounds {
    let unit = canvas.unit
    let left = max(Int((footing.x - plan.width * 0.56 * scale) * unit), 0)
    let top = max(Int((footing.y - plan.height * 1.08 * scale) * unit), 0)
    let right = min(Int((footing.x + plan.width * 0.56 * scale) * unit) + 1, canvas.bounds.width)
    let bottom = min(Int((footing.y + plan.height * 0.08 * scale) * unit) + 2, canvas.bounds.height)
    return Bounds(x: left, y: top, width: right - left, height: bottom - top)
  }

  /// A rock in the sea, a stone under goods outdoors, a plinth in the studio.
  private mutating func prepareGround(_ kind: SubjectKind, _ width: Float) {
    let goods = isGoods(kind)
    if setting == .sea, !isFloating(kind) {
      paintRock(width: max(width * 1.25, 0.55), height: 0.11)
      footing.y += 0.012
    } else if goods, setting == .studio {
      paintPlinth(width * 1.35 + 0.12, 0.075, Color(0xCFC6BC))
    } else if goods {
      paintPlinth(width * 1.3 + 0.1, 0.06, Color(setting == .interior ? 0x7A5236 : 0x7E766C))
    }
  }

  private mutating func paintPlinth(_ width: Float, _ height: Float, _ stone: Color) {
    let light = light
    let noise = noise
    let color = palette.tint(stone, 0.45)
    let centre = footing
    let rx = width / 2
    let ry = width * 0.085
    canvas.fill(
      .ellipse(centre.x - light.direction.x * 0.09, centre.y + height, rx * 1.08, ry * 1.15), blur: 0.02
    ) { _ in
      Color(0x000000).alpha(0.4)
    }
    let drum =
      Path.ellipse(centre.x, centre.y + height, rx, ry) + .rect(centre.x - rx, centre.y, width, height)
    canvas.fill(drum) { place in
      let turn = ((place.x - centre.x) / rx).clamped(-1, 1)
      let grain = noise.fractal(place.x * 60, place.y * 60, octaves: 3) - 0.5
      let normal = SIMD3(turn, 0, (1 - turn * turn).squareRoot())
      return light.shape(color.scaled(0.92 + grain * 0.14), normal, gloss: 0)
    }
    canvas.fill(.ellipse(centre.x, centre.y, rx, ry)) { place in
      let grain = noise.fractal(place.x * 60, place.y * 120, octaves: 3) - 0.5
      return light.on(
        color.scaled(1.05 + grain * 0.12), 0.82 + (place.x - centre.x) / rx * light.direction.x * 0.25)
    }
    footing.y += ry * 0.25
  }

  /// The subject's outline, laid away from the light onto the ground, and the dark where it touches.
  private mutating func castShadow(of layer: Canvas, width: Float) {
    let unit = canvas.unit
    let flat: Float = light.isLow ? 0.24 : 0.17
    let lean = -light.direction.x * (light.isLow ? 1.15 : 0.55)
    let ground = footing.y * unit
    let rows = Int(Float(layer.bounds.height) * flat) + 2
    let shift = Int(Float(layer.bounds.height) * abs(lean)) + 2
    var mask = Mask(
      x: layer.bounds.x - shift, y: Int(ground) - 1, width: layer.bounds.width + 2 * shift, height: rows,
      values: [])
    mask.values = (0..<(mask.width * rows)).map { index in
      let up = (Float(index / mask.width) - 0.5) / flat
      let x = Int(Float(mask.x + index % mask.width) - up * lean) - layer.bounds.x
      let y = Int(ground - up) - layer.bounds.y
      guard x >= 0, y >= 0, x < layer.bounds.width, y < layer.bounds.height else { return 0 }
      return layer.pixels[y * layer.bounds.width + x].w
    }
    let tone = light.ambient.scaled(0.12)
    let strength: Float = light.isNight ? 0.5 : 0.62
    let footing = footing
    let reach = Float(rows) / unit
    canvas.fill(mask.blurred(unit * 0.005, in: canvas.bounds)) { place in
      tone.alpha(strength * (1 - ((place.y - footing.y) / reach).clamped() * 0.65))
    }
    canvas.fill(.ellipse(footing.x, footing.y, width * 0.44, 0.009), blur: 0.006) { _ in tone.alpha(0.75) }
  }

  /// What a wet or polished ground shows of the subject.
  private mutating func reflect(_ layer: Canvas, _ kind: SubjectKind) {
    let afloat = setting == .sea && kind == .boat
    let strength: Float =
      afloat
      ? 0.6
      : setting == .city
        ? (light.isNight ? 0.4 : 0.1) : setting == .studio ? 0.14 : setting == .interior ? 0.12 : 0
    guard strength > 0 else { return }
    let noise = noise
    let foot = footing.y + (afloat ? 0.004 : 0)
    let reach = Float(layer.bounds.height) / canvas.unit
    let left = Float(layer.bounds.x) / canvas.unit
    let right = Float(layer.bounds.maxX) / canvas.unit
    let top = Float(layer.bounds.y) / canvas.unit
    canvas.shade(foot, min(foot + reach, 1)) { place, old in
      guard place.x > left, place.x < right else { return old }
      let depth = place.y - foot
      let wave =
        (noise.fractal(place.x * 9, place.y * 90, octaves: 2) - 0.5) * (afloat ? 0.05 : 0.008)
        * (0.3 + depth * 6)
      let seen = Point(place.x + wave, foot - depth * 1.05 - abs(wave))
      guard seen.y > top, seen.x > left, seen.x < right else { return old }
      let color = layer.sample(seen) * (strength * (1 - depth / reach))
      return (old * (1 - color.w) + color).alpha(1)
    }
  }

  private mutating func paintLampBeams(_ lamp: Point) {
    let strength: Float = light.isNight ? 0.5 : 0.25
    for (side, drop) in [(Float(1), Float(-0.1)), (-1, 0.05)] {
      let end = lamp + Point(side * 1.1, drop)
      canvas.fill(.line(lamp, end, 0.02, tip: 0.3), blur: 0.012) { place in
        let t = ((place - lamp).length / 1.1).clamped()
        return Color(0xFFF0C4).alpha(strength * (1 - t) * (1 - t))
      }
    }
  }

  /// What the wheels throw up.
  private mutating func paintDust(_ figure: Figure) {
    let noise = noise
    let sand = light.on(palette.tint(Color(0xF0D8B4), 0.15), 0.9)
    let start = figure.scene(Point(-0.75, -0.02))
    let trail = Path("M0.2 0.02 C-0.1 -0.12 -0.5 -0.34 -1.3 -0.3 L-1.3 0.05 L0.2 0.04 Z").mapped {
      start + $0 * figure.scale
    }
    canvas.fill(trail, blur: 0.022) { place in
      let t = ((start.x - place.x) / figure.scale / 1.3).clamped()
      let puff = noise.fractal(place.x * 9, place.y * 14, octaves: 4).step(0.15, 0.6)
      return sand.alpha((1 - t) * 0.85 * puff)
    }
  }
}
