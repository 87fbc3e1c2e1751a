import Glibc

private let ink = Color(0x1B1C22)
private let paper = Color(0xF2EBDD)

extension Figure {
  mutating func drawBottle() {
    let body = Path(
      """
      M-0.15 -0.03 C-0.15 0 -0.12 0.004 0 0.004 C0.12 0.004 0.15 0 0.15 -0.03 L0.15 -0.52
      C0.15 -0.64 0.056 -0.66 0.052 -0.75 L0.052 -0.88 L-0.052 -0.88 L-0.052 -0.75
      C-0.056 -0.66 -0.15 -0.64 -0.15 -0.52 Z
      """)
    solid(body, rounding: 0.045, gloss: 0.9) { [color, light] point in
      let core = exp(-pow(point.x / 0.1, 2))
      let bottom = (point.y + 0.1).clamped(0, 0.1) * 2
      let glass = color.mixed(light.skyLow, 0.15)
      let full: Float = point.y > -0.66 ? 0.72 : 1.15
      return glass.scaled((0.55 + core * 0.5 + bottom) * full).alpha(point.y > -0.66 ? 0.97 : 0.8)
    }
    flat(
      "M-0.118 -0.645 C-0.06 -0.65 0.06 -0.65 0.118 -0.645 C0.06 -0.64 -0.06 -0.64 -0.118 -0.645 Z",
      color.scaled(1.5).alpha(0.5))
    drawLabel()
    solid(.rounded(-0.062, -0.99, 0.124, 0.13, 0.012), Color(0xC8A96A), rounding: 0.03, gloss: 1)
    flat(.rect(-0.062, -0.885, 0.124, 0.008), ink.alpha(0.5))
    let side: Float = light.direction.x > 0 ? 1 : -1
    let strip = Path(
      "M0.112 -0.05 L0.128 -0.07 L0.128 -0.5 C0.126 -0.58 0.09 -0.62 0.07 -0.66 L0.062 -0.65 C0.08 -0.6 0.11 -0.57 0.112 -0.5 Z"
    )
    soft(strip.mapped { Point($0.x * side, $0.y) }, blur: 0.004) { _ in Color(0xFFFFFF).alpha(0.75) }
    soft(strip.mapped { Point(-$0.x * side * 1.04, $0.y) }, blur: 0.006) { _ in Color(0xFFFFFF).alpha(0.28) }
    soft(.rect(0.028 * side - 0.004, -0.86, 0.008, 0.13), blur: 0.004) { _ in Color(0xFFFFFF).alpha(0.6) }
  }

  private mutating func drawLabel() {
    let curve = Path(
      "M-0.149 -0.45 C-0.07 -0.435 0.07 -0.435 0.149 -0.45 L0.149 -0.15 C0.07 -0.133 -0.07 -0.133 -0.149 -0.15 Z"
    )
    let lines: [(y: Float, half: Float)] = [(-0.235, 0.07), (-0.21, 0.09), (-0.185, 0.05)]
    let accent = palette.accent.mixed(color, 0.4)
    let light = light
    flat(curve) { point in
      let turn = (point.x / 0.15).clamped(-0.99, 0.99)
      let normal = SIMD3(turn, 0, (1 - turn * turn).squareRoot())
      let bow = point.y - (1 - turn * turn) * 0.013
      var tone = paper
      let emblem = Point(point.x, bow + 0.335)
      if abs(emblem.length - 0.042) < 0.005 || (abs(emblem.x) + abs(emblem.y)) < 0.026 { tone = accent }
      for line in lines where abs(bow - line.y) < 0.0045 && abs(point.x) < line.half {
        tone = ink.mixed(paper, 0.35)
      }
      if abs(bow + 0.425) < 0.004 || abs(bow + 0.162) < 0.004 { tone = accent }
      return light.shape(tone, normal, gloss: 0.05)
    }
  }

  mutating func drawBox() {
    let top = Path("M-0.47 -0.62 L0.12 -0.54 L0.48 -0.68 L-0.1 -0.75 Z")
    let front = Path("M-0.47 -0.62 L0.12 -0.54 L0.12 0.0 L-0.45 -0.09 Z")
    let side = Path("M0.12 -0.54 L0.48 -0.68 L0.46 -0.13 L0.12 0.0 Z")
    let right = light.direction.x > 0
    let light = light
    let color = color
    let noise = noise
    for (face, tone) in [(front, right ? Float(0.42) : 0.8), (side, right ? 0.85 : 0.32), (top, 1)] {
      flat(face) { point in
        let fibre = noise.fractal(point.x * 60, point.y * 14, octaves: 3) - 0.5
        return light.on(color.scaled(1 + fibre * 0.12), tone - point.y * 0.12 - 0.06)
      }
    }
    let band = palette.accent.mixed(color, 0.15)
    for (data, tone) in [
      ("M-0.235 -0.588 L-0.115 -0.572 L-0.113 -0.036 L-0.228 -0.054 Z", right ? Float(0.45) : 0.85),
      ("M0.262 -0.595 L0.338 -0.625 L0.331 -0.081 L0.259 -0.053 Z", right ? 0.85 : 0.35),
      ("M-0.235 -0.588 L-0.115 -0.572 L0.25 -0.708 L0.14 -0.721 Z", 0.95),
      ("M0.262 -0.595 L0.338 -0.625 L-0.23 -0.702 L-0.32 -0.672 Z", 0.98),
    ] { flat(data, light.on(band, tone)) }
    let knot =
      "M0.0 -0.64 C-0.1 -0.8 -0.28 -0.82 -0.24 -0.7 C-0.21 -0.64 -0.08 -0.63 0.0 -0.64 C0.06 -0.8 0.26 -0.86 0.25 -0.73 C0.24 -0.66 0.1 -0.64 0.0 -0.64 Z"
    solid(knot, band, rounding: 0.03, gloss: 0.5)
    solid(.ellipse(0.0, -0.655, 0.045, 0.035), band, rounding: 0.02, gloss: 0.5)
    flat(.line(Point(0.12, -0.54), Point(0.12, 0), 0.006), light.on(color.scaled(1.2), 1).alpha(0.6))
  }

  mutating func drawCup() {
    let handle = Path(
      "M0.36 -0.72 C0.66 -0.76 0.7 -0.2 0.3 -0.2 L0.3 -0.29 C0.54 -0.29 0.53 -0.64 0.37 -0.62 Z")
    solid(handle, color, rounding: 0.035, gloss: 0.6)
    solid(
      "M-0.4 -0.8 C-0.4 -0.4 -0.36 -0.03 -0.2 0.0 C-0.08 0.02 0.08 0.02 0.2 0.0 C0.36 -0.03 0.4 -0.4 0.4 -0.8 Z",
      color, rounding: 0.12, gloss: 0.7)
    let accent = palette.accent
    let light = light
    flat("M-0.393 -0.52 C-0.2 -0.46 0.2 -0.46 0.393 -0.52 L0.385 -0.44 C0.2 -0.38 -0.2 -0.38 -0.385 -0.44 Z")
    { [color] point in
      light.on(accent.mixed(color, 0.1), ((point.x * light.direction.x * 1.6) + 0.5).clamped())
    }
    flat(.ellipse(0, -0.8, 0.4, 0.1), light.on(color.scaled(1.08), 0.95))
    flat(.ellipse(0, -0.795, 0.365, 0.083), light.on(color, 0.25))
    flat(.ellipse(0, -0.775, 0.335, 0.066)) { point in
      Color(0x3B2214).mixed(Color(0xA8703F), (0.5 - point.x * light.direction.x * 2).clamped() * 0.6 + 0.1)
    }
    for (x, lean) in [(Float(-0.1), Float(0.1)), (0.09, -0.09)] {
      let steam = Path(
        "M0 -0.78 C\(lean) -0.9 \(-lean) -0.98 0 -1.16 C\(-lean + 0.05) -1.0 \(lean + 0.05) -0.9 0.04 -0.78 Z"
      ).mapped { $0 + Point(x, 0) }
      soft(steam, blur: 0.022) { Color(0xFFFFFF).alpha(0.5 * (1.2 + $0.y).clamped()) }
    }
  }

  mutating func drawShoe() {
    let sole = Path(
      "M-0.6 -0.13 C-0.62 -0.05 -0.6 0 -0.54 0.0 L0.52 0.0 C0.62 0 0.66 -0.06 0.64 -0.13 C0.4 -0.1 0.2 -0.15 0.0 -0.13 C-0.2 -0.11 -0.45 -0.1 -0.6 -0.13 Z"
    )
    solid(
      """
      M-0.58 -0.12 C-0.62 -0.3 -0.58 -0.46 -0.55 -0.6 C-0.54 -0.66 -0.46 -0.67 -0.43 -0.61
      C-0.38 -0.53 -0.26 -0.52 -0.17 -0.57 L-0.09 -0.62 C-0.05 -0.65 0.0 -0.62 0.02 -0.58 C0.1 -0.45 0.22 -0.35 0.38 -0.31
      C0.54 -0.28 0.64 -0.22 0.645 -0.11 C0.4 -0.08 -0.3 -0.08 -0.58 -0.12 Z
      """, color, rounding: 0.06, gloss: 0.3)
    solid(
      "M0.4 -0.31 C0.56 -0.28 0.645 -0.22 0.645 -0.1 C0.55 -0.09 0.42 -0.09 0.34 -0.11 C0.32 -0.2 0.34 -0.27 0.4 -0.31 Z",
      color.scaled(0.82), rounding: 0.05, gloss: 0.2)
    solid(
      "M-0.58 -0.12 C-0.61 -0.26 -0.59 -0.36 -0.57 -0.45 C-0.46 -0.44 -0.38 -0.34 -0.36 -0.1 Z",
      color.scaled(0.78), rounding: 0.04, gloss: 0.2)
    flat(
      "M-0.36 -0.2 C-0.16 -0.2 0.02 -0.3 0.13 -0.44 L0.2 -0.38 C0.1 -0.22 -0.1 -0.12 -0.36 -0.13 Z",
      light.on(paper, 0.85))
    flat(
      "M-0.5 -0.6 C-0.42 -0.5 -0.24 -0.49 -0.14 -0.56 L-0.17 -0.53 C-0.26 -0.46 -0.42 -0.47 -0.5 -0.56 Z",
      light.on(ink, 0.2))
    for lace in 0..<5 {
      let t = Float(lace) / 4
      let foot = Point(-0.06 + t * 0.27, -0.55 + t * 0.19)
      solid(.line(foot, foot + Point(-0.09, 0.085), 0.026), paper, rounding: 0.01)
      flat(.ellipse(foot.x - 0.09, foot.y + 0.085, 0.012, 0.012), ink)
    }
    solid(sole, paper, rounding: 0.035, gloss: 0.2)
    flat("M-0.61 -0.085 L0.64 -0.085 L0.64 -0.07 L-0.61 -0.07 Z", light.on(palette.accent, 0.6).alpha(0.8))
  }

  mutating func drawPhone() {
    let turn = { (p: Point) in Point(p.x * 0.92 - p.y * 0.05, p.y + p.x * 0.05) }
    let side: Float = light.direction.x > 0 ? -1 : 1
    let slab = Path.rounded(-0.25, -1.02, 0.5, 1.02, 0.075)
    solid(slab.mapped { turn($0 + Point(0.028 * side, 0.004)) }, Color(0xA9ADB5), rounding: 0.012, gloss: 1)
    solid(slab.mapped(turn), color, rounding: 0.015, gloss: 0.6)
    let low = palette.tint(palette.accent, 0.2)
    let high = palette.tint(light.skyTop.mixed(Color(0x5A4FCF), 0.3), 0.3)
    let noise = noise
    flat(Path.rounded(-0.232, -1.0, 0.464, 0.98, 0.06).mapped(turn)) { point in
      let wave = noise.fractal(point.x * 3 + 2, point.y * 2.2, octaves: 3)
      let band = sin((point.y * 5 + wave * 7 + point.x * 3)) * 0.5 + 0.5
      let glow = high.mixed(low, (band * 0.7 + (1 + point.y) * 0.5).clamped())
      let glare = (point.x * 1.2 - point.y - 0.62).step(-0.02, 0.02) * 0.1
      return glow.scaled(0.9 + wave * 0.35).mixed(Color(0xFFFFFF), glare).alpha(1)
    }
    flat(Path.rounded(-0.06, -0.972, 0.12, 0.03, 0.015).mapped(turn), Color(0x08080A))
    flat(Path.rounded(-0.07, -0.045, 0.14, 0.01, 0.005).mapped(turn), Color(0xFFFFFF).alpha(0.85))
    flat(Path.rect(-0.12, -0.79, 0.24, 0.07).mapped(turn), Color(0xFFFFFF).alpha(0.88))
    flat(Path.rect(-0.07, -0.69, 0.14, 0.018).mapped(turn), Color(0xFFFFFF).alpha(0.7))
    glow(Point(0, -0.5), radius: 0.55, high.mixed(low, 0.5).alpha(light.isNight ? 0.3 : 0.12))
  }

  mutating func drawOrb() {
    let centre = Point(0, -0.52)
    let noise = noise
    let accent = palette.accent
    let ring = { (p: Point) in centre + Point(p.x * 0.96 + p.y * 0.3, p.y - p.x * 0.3) }
    let back = Path(
      (0...40).map { Point(cos(.pi + Float($0) * .pi / 40) * 0.56, sin(.pi + Float($0) * .pi / 40) * 0.16) }
        .reduce(into: [[Point]]()) { $0.isEmpty ? $0.append([$1]) : $0[0].append($1) })
    let inner = back.contours[0].reversed().map { $0 * Point(0.92, 0.86) }
    let band = Path([back.contours[0] + inner])
    solid(band.mapped(ring), accent.scaled(0.6), rounding: 0.012, gloss: 0.5)
    solid(.ellipse(0, -0.52, 0.4, 0.4), rounding: 0.13, gloss: 1) { [color] point in
      let swirl = noise.fractal(
        point.x * 3 + noise.fractal(point.x * 4, point.y * 4, octaves: 3) * 2, point.y * 5, octaves: 4)
      return color.mixed(accent, swirl.step(0.42, 0.62) * 0.75).scaled(0.8 + swirl * 0.4)
    }
    solid(
      band.mapped { ring(Point($0.x, -$0.y)) }, accent.mixed(Color(0xFFFFFF), 0.25), rounding: 0.012,
      gloss: 0.8)
    let side: Float = light.direction.x > 0 ? 1 : -1
    soft(.ellipse(0.15 * side, -0.7, 0.09, 0.05), blur: 0.02) { _ in Color(0xFFFFFF).alpha(0.75) }
  }
}
