import Glibc

extension Figure {
  mutating func drawPerson() {
    let skin = Color(0xC99473)
    let trousers = Color(0x2A2D38)
    solid(
      Path("M-0.095 -0.42 L0.002 -0.42 L-0.02 -0.2 L-0.035 -0.03 L-0.1 -0.03 L-0.105 -0.2 Z"), trousers,
      rounding: 0.02, gloss: 0)
    solid(
      Path("M0.002 -0.42 L0.095 -0.42 L0.1 -0.22 L0.118 -0.045 L0.055 -0.035 L0.02 -0.22 Z"),
      trousers.scaled(0.85), rounding: 0.02, gloss: 0)
    solid(
      "M-0.112 -0.04 C-0.115 0 -0.11 0.0 -0.1 0.0 L-0.022 0.0 C-0.02 -0.02 -0.03 -0.045 -0.035 -0.05 Z",
      Color(0x1A1718), rounding: 0.012)
    solid(
      "M0.05 -0.045 C0.045 -0.01 0.05 -0.005 0.06 -0.004 L0.14 -0.008 C0.142 -0.03 0.125 -0.05 0.118 -0.055 Z",
      Color(0x1A1718), rounding: 0.012)
    solid(
      "M-0.15 -0.74 C-0.2 -0.68 -0.21 -0.55 -0.195 -0.44 C-0.19 -0.4 -0.15 -0.4 -0.15 -0.44 L-0.115 -0.64 Z",
      color.scaled(0.9), rounding: 0.025, gloss: 0.05)
    solid(
      "M0.15 -0.74 C0.2 -0.68 0.215 -0.56 0.205 -0.46 C0.2 -0.42 0.16 -0.42 0.158 -0.46 L0.115 -0.64 Z",
      color.scaled(0.85), rounding: 0.025, gloss: 0.05)
    solid(.ellipse(-0.172, -0.4, 0.022, 0.028), skin, rounding: 0.012)
    solid(.ellipse(0.182, -0.42, 0.022, 0.028), skin, rounding: 0.012)
    solid(Path.rect(-0.035, -0.87, 0.07, 0.08), skin, rounding: 0.02)
    solid(
      "M-0.04 -0.82 C-0.11 -0.8 -0.155 -0.78 -0.16 -0.7 C-0.15 -0.58 -0.125 -0.5 -0.145 -0.3 C-0.05 -0.27 0.05 -0.27 0.15 -0.31 C0.125 -0.5 0.15 -0.58 0.16 -0.7 C0.155 -0.78 0.11 -0.8 0.04 -0.82 Z",
      color, rounding: 0.045, gloss: 0.08)
    flat("M-0.003 -0.6 L0.004 -0.6 L0.012 -0.29 L0.0 -0.29 Z", color.scaled(0.45).alpha(0.7))
    flat("M-0.138 -0.535 L0.138 -0.535 L0.137 -0.515 L-0.137 -0.515 Z", color.scaled(0.5).alpha(0.8))
    solid(
      "M-0.075 -0.845 C-0.03 -0.87 0.03 -0.87 0.075 -0.845 C0.085 -0.82 0.07 -0.79 0.0 -0.785 C-0.07 -0.79 -0.085 -0.82 -0.075 -0.845 Z",
      palette.accent.mixed(color, 0.2), rounding: 0.018)
    solid(.ellipse(0, -0.925, 0.056, 0.068), skin, rounding: 0.03)
    solid(
      "M-0.062 -0.89 C-0.075 -0.99 -0.03 -1.005 0.005 -1.0 C0.05 -0.995 0.07 -0.97 0.06 -0.885 C0.045 -0.87 -0.04 -0.865 -0.062 -0.89 Z",
      Color(0x2B1E18), rounding: 0.025, gloss: 0.25)
  }

  /// A fox, standing and looking ahead.
  mutating func drawAnimal() {
    let pale = Color(0xEFE3D0).mixed(color, 0.15)
    let dark = color.scaled(0.32)
    solid(
      "M-0.42 -0.52 C-0.56 -0.5 -0.66 -0.36 -0.7 -0.2 C-0.73 -0.1 -0.68 -0.04 -0.6 -0.07 C-0.47 -0.13 -0.44 -0.26 -0.36 -0.4 Z",
      color.scaled(0.92), rounding: 0.05, gloss: 0)
    solid(
      "M-0.7 -0.22 C-0.735 -0.1 -0.68 -0.04 -0.6 -0.07 C-0.57 -0.09 -0.55 -0.11 -0.535 -0.14 L-0.6 -0.14 L-0.62 -0.2 Z",
      pale, rounding: 0.03, gloss: 0)
    for (x, shade) in [(Float(-0.25), Float(0.62)), (0.3, 0.66)] {
      drawLeg(x, color.scaled(shade), dark.scaled(0.7))
    }
    let body = Path(
      "M-0.46 -0.5 C-0.42 -0.64 -0.22 -0.64 0.02 -0.61 C0.16 -0.6 0.26 -0.66 0.34 -0.76 L0.5 -0.62 C0.47 -0.5 0.44 -0.4 0.36 -0.34 C0.2 -0.3 0.0 -0.33 -0.16 -0.33 C-0.3 -0.27 -0.44 -0.3 -0.46 -0.5 Z"
    )
    solid(body, rounding: 0.075, gloss: 0.05) { [color, noise] point in
      let fur = noise.fractal(point.x * 60 + point.y * 30, point.y * 12, octaves: 3) - 0.5
      let belly = (point.y + 0.46 - point.x * 0.1).step(0, 0.14)
      return color.mixed(pale, belly * 0.55).scaled(1 + fur * 0.28)
    }
    solid(
      "M0.38 -0.6 C0.36 -0.48 0.4 -0.4 0.44 -0.36 C0.5 -0.44 0.52 -0.54 0.5 -0.62 Z", pale, rounding: 0.03,
      gloss: 0)
    for (x, shade) in [(Float(-0.36), Float(0.95)), (0.38, 1)] { drawLeg(x, color.scaled(shade), dark) }
    solid(
      "M-0.47 -0.5 C-0.46 -0.3 -0.42 -0.26 -0.34 -0.22 C-0.26 -0.26 -0.22 -0.36 -0.24 -0.48 C-0.3 -0.58 -0.44 -0.6 -0.47 -0.5 Z",
      color, rounding: 0.06, gloss: 0)
    solid("M0.34 -0.83 L0.31 -1.0 L0.42 -0.9 Z", dark, rounding: 0.015, gloss: 0)
    solid(
      "M0.28 -0.72 C0.27 -0.86 0.36 -0.92 0.46 -0.9 C0.54 -0.87 0.58 -0.82 0.72 -0.76 C0.75 -0.74 0.74 -0.7 0.7 -0.695 C0.6 -0.68 0.56 -0.6 0.46 -0.59 C0.36 -0.58 0.29 -0.62 0.28 -0.72 Z",
      color, rounding: 0.05, gloss: 0.05)
    solid(
      "M0.44 -0.66 C0.54 -0.68 0.62 -0.73 0.73 -0.73 C0.74 -0.7 0.72 -0.69 0.7 -0.69 C0.6 -0.68 0.56 -0.6 0.46 -0.59 C0.4 -0.6 0.4 -0.64 0.44 -0.66 Z",
      pale, rounding: 0.02, gloss: 0)
    solid("M0.4 -0.87 L0.415 -1.05 L0.5 -0.88 Z", color.scaled(0.9), rounding: 0.02, gloss: 0)
    flat("M0.425 -0.89 L0.424 -0.99 L0.47 -0.89 Z", dark)
    flat(.ellipse(0.735, -0.735, 0.02, 0.016), Color(0x15110F))
    flat(.ellipse(0.54, -0.785, 0.015, 0.018), Color(0x15110F))
    flat(.ellipse(0.544, -0.79, 0.005, 0.005), Color(0xFFFFFF))
  }

  private mutating func drawLeg(_ x: Float, _ upper: Color, _ lower: Color) {
    let leg = Path(
      "M-0.07 -0.46 C-0.065 -0.3 -0.035 -0.24 -0.035 -0.04 C-0.04 0 -0.03 0.0 0.0 0.0 L0.05 0.0 C0.06 -0.03 0.04 -0.04 0.025 -0.05 C0.02 -0.24 0.06 -0.3 0.07 -0.46 Z"
    ).mapped { $0 + Point(x, 0) }
    solid(leg, rounding: 0.02, gloss: 0) { upper.mixed(lower, ($0.y + 0.24).step(0, 0.1)) }
  }

  /// A gull on the wing, seen a little from below.
  mutating func drawBird() {
    let tip = Color(0x3A3D45)
    let far = Path("M0.08 -0.5 C0.02 -0.72 0.1 -0.86 0.34 -0.98 C0.3 -0.8 0.26 -0.62 0.24 -0.47 Z")
    let near = Path(
      "M-0.02 -0.46 C-0.14 -0.6 -0.36 -0.72 -0.84 -0.78 C-0.66 -0.62 -0.5 -0.44 -0.2 -0.36 C-0.06 -0.33 0.1 -0.38 0.16 -0.44 Z"
    )
    solid(far, rounding: 0.03, gloss: 0) { [color] in
      color.scaled(0.78).mixed(tip, ($0.y + 0.82).step(0, -0.12))
    }
    solid(
      "M-0.38 -0.3 L-0.62 -0.24 L-0.6 -0.33 L-0.66 -0.38 L-0.36 -0.4 Z", color.scaled(0.85), rounding: 0.02,
      gloss: 0)
    solid(
      "M-0.46 -0.33 C-0.3 -0.44 0.1 -0.56 0.34 -0.5 C0.44 -0.53 0.55 -0.5 0.57 -0.45 C0.56 -0.4 0.46 -0.38 0.38 -0.37 C0.2 -0.26 -0.2 -0.24 -0.46 -0.33 Z",
      color, rounding: 0.05, gloss: 0.05)
    solid(near, rounding: 0.03, gloss: 0) { [color, noise] point in
      let feather = noise.fractal(point.x * 4 + point.y * 2, point.y * 34 - point.x * 18, octaves: 2) - 0.5
      return color.scaled(0.97 + feather * 0.16).mixed(tip, (point.x + 0.62).step(0.02, -0.12))
    }
    solid("M0.55 -0.475 L0.68 -0.43 L0.55 -0.425 Z", Color(0xE9A23B), rounding: 0.015)
    flat(.ellipse(0.49, -0.468, 0.014, 0.014), Color(0x15110F))
  }

  mutating func drawTree() {
    let bark = Color(0x5A4433)
    solid(
      "M-0.045 0.0 C-0.03 -0.15 -0.035 -0.3 -0.03 -0.5 L0.03 -0.5 C0.035 -0.3 0.035 -0.15 0.06 0.0 C0.03 0.012 -0.02 0.012 -0.045 0.0 Z",
      bark, rounding: 0.02, gloss: 0)
    for (x, y) in [(Float(-0.24), Float(-0.55)), (0.25, -0.58), (-0.1, -0.72), (0.13, -0.7)] {
      solid(.line(Point(0, -0.34), Point(x, y), 0.032, tip: 0.01), bark, rounding: 0.01, gloss: 0)
    }
    var dice = Dice(seed: 11)
    for x: Float in [-0.2, 0.19, -0.07, 0.08] { drawLeaves(Point(x, -0.96 + abs(x) * 0.5), 0.1, 0.72) }
    for layer in 0..<4 {
      let depth = Float(layer) / 3
      for clump in 0..<16 {
        let angle = Float(clump) / 16 * 2 * .pi + depth * 2
        let reach = dice.roll(0.1, 1).squareRoot() * (1 - depth * 0.3)
        let centre = Point(cos(angle) * 0.4 * reach, -0.68 + sin(angle) * 0.27 * reach - depth * 0.05)
        drawLeaves(centre, dice.roll(0.07, 0.13), 0.5 + depth * 0.5)
      }
    }
  }

  private mutating func drawLeaves(_ centre: Point, _ radius: Float, _ tone: Float) {
    let noise = noise
    let outline: [Point] = (0..<120).map { step in
      let angle = Float(step) * .pi / 60
      let ragged =
        0.72 + noise.fractal(cos(angle) * 4 + centre.x * 30, sin(angle) * 4 + centre.y * 30, octaves: 4)
        * 0.56
      return centre + Point(cos(angle), sin(angle)) * radius * ragged
    }
    solid(.polygon(outline), rounding: radius * 0.45, gloss: 0) { [color] point in
      let leaf = noise.fractal(point.x * 70, point.y * 70, octaves: 3) - 0.5
      return color.scaled(tone + leaf * 0.75)
    }
  }
}
