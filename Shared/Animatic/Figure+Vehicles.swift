import Glibc

private let chrome = Color(0xD5D8DC)
private let rubber = Color(0x1C1B1E)

extension Figure {
  mutating func drawCar() {
    solid(
      """
      M-0.985 -0.17 C-1.01 -0.27 -0.99 -0.37 -0.90 -0.395 C-0.78 -0.43 -0.62 -0.445 -0.50 -0.45
      C-0.42 -0.56 -0.30 -0.665 -0.10 -0.675 C0.02 -0.68 0.12 -0.67 0.19 -0.62
      C0.25 -0.57 0.30 -0.51 0.335 -0.455 C0.55 -0.45 0.78 -0.43 0.89 -0.385
      C0.97 -0.35 1.0 -0.28 0.99 -0.19 L0.98 -0.12 L-0.97 -0.12 Z
      """, color, rounding: 0.05, gloss: 0.7)
    drawFenders()
    drawCabin()
    let groove = color.scaled(0.35).alpha(0.75)
    flat("M-0.055 -0.45 L-0.045 -0.45 L-0.03 -0.16 L-0.04 -0.16 Z", groove)
    flat("M-0.43 -0.45 L-0.42 -0.45 L-0.375 -0.30 L-0.385 -0.30 Z", groove)
    flat("M0.285 -0.445 L0.295 -0.445 L0.32 -0.17 L0.31 -0.17 Z", groove)
    solid("M-0.97 -0.30 L0.93 -0.285 L0.93 -0.272 L-0.97 -0.285 Z", chrome, rounding: 0.008, gloss: 1)
    solid(.rounded(0.0, -0.365, 0.075, 0.016, 0.007), chrome, rounding: 0.008, gloss: 1)
    solid(.rounded(0.86, -0.185, 0.17, 0.05, 0.02), chrome, rounding: 0.02, gloss: 1)
    solid(.rounded(-1.02, -0.185, 0.17, 0.05, 0.02), chrome, rounding: 0.02, gloss: 1)
    for x: Float in [-0.6, 0.6] { drawWheel(x) }
    solid(.ellipse(0.945, -0.325, 0.034, 0.052), chrome, rounding: 0.02, gloss: 1)
    flat(.ellipse(0.958, -0.325, 0.022, 0.042), Color(0xFFF3CF))
    flat(.rounded(-0.99, -0.345, 0.035, 0.06, 0.012), Color(0xC8201A))
    let on: Float = light.isNight ? 0.95 : light.isLow ? 0.6 : 0
    guard on > 0 else { return }
    glow(Point(0.97, -0.325), radius: 0.09, Color(0xFFE9B0).alpha(on))
    glow(Point(1.15, -0.26), radius: 0.3, Color(0xFFD58A).alpha(on * 0.35))
    glow(Point(-0.99, -0.32), radius: 0.08, Color(0xFF3B28).alpha(on * 0.8))
  }

  private mutating func drawFenders() {
    let front =
      "M0.30 -0.14 C0.32 -0.34 0.45 -0.41 0.62 -0.41 C0.80 -0.41 0.95 -0.36 0.985 -0.24 L0.98 -0.13 Z"
    let back = "M-0.97 -0.13 C-0.98 -0.30 -0.84 -0.40 -0.62 -0.40 C-0.42 -0.39 -0.33 -0.30 -0.30 -0.14 Z"
    solid(front, color.scaled(1.03), rounding: 0.05, gloss: 0.8)
    solid(back, color.scaled(1.03), rounding: 0.05, gloss: 0.8)
    for x: Float in [-0.6, 0.6] { flat(.ellipse(x, -0.165, 0.205, 0.205), Color(0x0C0B0D)) }
    flat(.rect(-0.42, -0.145, 0.84, 0.03), color.scaled(0.3))
  }

  private mutating func drawCabin() {
    let rear = Path("M-0.42 -0.46 C-0.36 -0.545 -0.28 -0.615 -0.13 -0.63 L-0.085 -0.632 L-0.075 -0.46 Z")
    let front = Path(
      "M-0.035 -0.46 L-0.045 -0.633 C0.05 -0.635 0.11 -0.625 0.16 -0.59 C0.20 -0.555 0.24 -0.51 0.265 -0.46 Z"
    )
    let top = light.skyTop.mixed(Color(0x10141C), 0.35)
    let low = light.skyLow
    for pane in [rear, front] {
      flat(pane.mapped { ($0 - Point(-0.08, -0.54)) * 1.06 + Point(-0.08, -0.54) }, chrome.scaled(0.6))
      flat(pane) { point in
        let t = ((point.y + 0.64) / 0.18).clamped()
        let streak = (sin(point.x * 9 + point.y * 11)).step(0.55, 0.75) * 0.3
        return top.mixed(low, t * 0.45 + streak).scaled(0.85)
      }
    }
    flat(.ellipse(0.08, -0.545, 0.035, 0.05), Color(0x14110F).alpha(0.85))
    flat("M0.03 -0.46 C0.03 -0.52 0.13 -0.52 0.14 -0.46 Z", Color(0x14110F).alpha(0.85))
  }

  private mutating func drawWheel(_ x: Float) {
    solid(.ellipse(x, -0.165, 0.165, 0.165), rubber, rounding: 0.03, gloss: 0.2)
    flat(.ellipse(x, -0.165, 0.122, 0.122), light.on(Color(0xEDE7DC), 0.75))
    flat(.ellipse(x, -0.165, 0.096, 0.096), light.on(rubber, 0.5))
    solid(.ellipse(x, -0.165, 0.082, 0.082), chrome, rounding: 0.025, gloss: 1)
    solid(.ellipse(x, -0.165, 0.035, 0.035), color, rounding: 0.014, gloss: 0.9)
  }

  mutating func drawBoat() {
    let sail = Color(0xF6EFE0)
    let hull = Path(
      "M-0.52 -0.17 C-0.2 -0.13 0.2 -0.13 0.56 -0.2 C0.5 -0.1 0.42 -0.01 0.32 0.01 L-0.38 0.01 C-0.46 -0.03 -0.5 -0.1 -0.52 -0.17 Z"
    )
    solid(.line(Point(0.02, -0.14), Point(0.03, -1.12), 0.016, tip: 0.01), Color(0x6B4B33), rounding: 0.008)
    for (data, tone) in [
      (
        "M0.05 -1.07 C0.16 -0.72 0.2 -0.45 0.18 -0.24 L0.47 -0.26 C0.4 -0.55 0.24 -0.86 0.05 -1.07 Z",
        Float(0.93)
      ),
      (
        "M0.0 -1.1 C-0.1 -0.78 -0.28 -0.5 -0.46 -0.27 C-0.3 -0.22 -0.12 -0.22 0.0 -0.25 C0.05 -0.52 0.05 -0.82 0.0 -1.1 Z",
        1
      ),
    ] {
      solid(Path(data), rounding: 0.05, gloss: 0.05) { point in
        let seam = (point.y * 9 - floor(point.y * 9)).step(0, 0.05)
        return sail.scaled(tone * (0.93 + 0.07 * seam))
      }
    }
    solid(.line(Point(-0.48, -0.245), Point(0.03, -0.225), 0.014), Color(0x6B4B33), rounding: 0.006)
    solid(.rounded(-0.28, -0.235, 0.3, 0.09, 0.03), Color(0xEDE3D2), rounding: 0.03)
    for x: Float in [-0.22, -0.13, -0.04] { flat(.ellipse(x, -0.19, 0.02, 0.016), light.skyTop.scaled(0.6)) }
    solid(hull, color, rounding: 0.04, gloss: 0.5)
    flat(
      "M-0.515 -0.155 C-0.2 -0.115 0.2 -0.115 0.545 -0.183 L0.535 -0.165 C0.2 -0.095 -0.2 -0.095 -0.51 -0.137 Z",
      light.on(sail, 0.8))
    guard light.isNight else { return }
    glow(Point(-0.13, -0.19), radius: 0.1, Color(0xFFC877).alpha(0.8))
    glow(Point(0.03, -1.12), radius: 0.05, Color(0xFFF0D0).alpha(0.9))
  }
}
