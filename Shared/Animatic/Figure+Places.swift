import Glibc

extension Figure {
  mutating func drawBuilding() {
    let right = light.direction.x > 0
    let faces: [(Path, Point, Point, Float)] = [
      (
        Path("M-0.3 -0.96 L0.08 -1.04 L0.08 0.0 L-0.3 0.0 Z"), Point(-0.3, 0.38), Point(-0.21, 0),
        right ? 0.3 : 0.85
      ),
      (
        Path("M0.08 -1.04 L0.3 -0.95 L0.3 0.0 L0.08 0.0 Z"), Point(0.08, 0.22), Point(0.41, 0),
        right ? 0.9 : 0.28
      ),
    ]
    let light = light
    let noise = noise
    let color = color
    let share: Float = light.isNight ? 0.55 : light.isLow ? 0.3 : 0.04
    for (index, (face, span, lean, tone)) in faces.enumerated() {
      flat(face) { point in
        let u = (point.x - span.x) / span.y * (index == 0 ? 7 : 4)
        let rise = (point.x - span.x) * lean.x
        let v = (point.y - rise * (-point.y / 1.0)) * 17
        let fu = u - floor(u)
        let fv = v - floor(v)
        let pane =
          fu.step(0.12, 0.17) * (1 - fu).step(0.12, 0.17) * fv.step(0.18, 0.24) * (1 - fv).step(0.18, 0.24)
        let lobby: Float = point.y > -0.055 ? 0 : 1
        let chance = noise.hash(Int32(cell: u) &+ Int32(index * 50), Int32(cell: v))
        let wall = light.on(color, tone - point.y * 0.1 - 0.05)
        let sky = light.skyTop.mixed(light.skyLow, (1 + point.y + chance * 0.3).clamped()).scaled(
          0.55 + tone * 0.35)
        let lamp = Color(0xFFC673).mixed(Color(0xFFEBC8), chance * 1.5)
        return wall.mixed(chance < share ? lamp : sky, pane * lobby * 0.95).alpha(1)
      }
    }
    flat(
      "M-0.31 -0.965 L0.08 -1.047 L0.31 -0.955 L0.31 -0.935 L0.08 -1.025 L-0.31 -0.945 Z",
      light.on(color.scaled(1.1), 0.9))
    flat(.rect(-0.2, -0.05, 0.16, 0.05), Color(0xFFD79A).alpha(light.isNight || light.isLow ? 0.95 : 0.35))
    flat(.line(Point(0.08, -1.03), Point(0.08, 0), 0.006), light.on(color.scaled(1.25), 1).alpha(0.7))
    if light.isNight || light.isLow { glow(Point(-0.12, -0.03), radius: 0.16, Color(0xFFC983).alpha(0.6)) }
  }

  mutating func drawLighthouse() {
    let white = Color(0xF4F0E6)
    let light = light
    let edge = { (y: Float) in 0.072 + (y + 0.76).clamped(0, 1) * 0.055 }
    solid(
      "M0.1 0.0 L0.1 -0.16 L0.2 -0.23 L0.3 -0.16 L0.3 0.0 Z", white.scaled(0.92), rounding: 0.02, gloss: 0)
    flat(
      "M0.085 -0.155 L0.2 -0.24 L0.315 -0.155 L0.3 -0.145 L0.2 -0.215 L0.1 -0.145 Z",
      light.on(color.scaled(0.8), 0.5))
    flat(.rect(0.175, -0.12, 0.045, 0.05), light.isNight || light.isLow ? Color(0xFFCE7E) : light.skyTop)
    flat("M-0.114 0.004 L-0.072 -0.76 L0.072 -0.76 L0.114 0.004 Z") { [color] point in
      let turn = (point.x / edge(point.y)).clamped(-0.99, 0.99)
      let v = (point.y - (1 - turn * turn) * 0.012) / 0.1267
      let stripe = (v - 2 * floor(v / 2))
      let tone = stripe < 1 ? white : color
      return light.shape(tone, SIMD3(turn, 0, (1 - turn * turn).squareRoot()), gloss: 0.1)
    }
    for y: Float in [-0.22, -0.45, -0.64] {
      flat(.rounded(-0.014, y, 0.028, 0.05, 0.013), light.isNight ? Color(0xFFCE7E) : Color(0x2B3040))
    }
    solid(.rounded(-0.105, -0.79, 0.21, 0.035, 0.008), Color(0x3A3D45), rounding: 0.012, gloss: 0.4)
    let lamp = light.isNight || light.isLow
    flat(.rect(-0.055, -0.89, 0.11, 0.1)) { point in
      let bar = (abs(point.x * 36 - (point.x * 36).rounded())).step(0.06, 0.12)
      let inside =
        lamp ? Color(0xFFF1C2).mixed(Color(0xFFB84D), abs(point.x) * 14) : light.skyMiddle.scaled(0.8)
      return Color(0x25272E).mixed(inside, bar).alpha(1)
    }
    solid(
      "M-0.07 -0.885 C-0.06 -0.95 -0.02 -0.985 0.0 -0.99 C0.02 -0.985 0.06 -0.95 0.07 -0.885 Z", color,
      rounding: 0.025, gloss: 0.5)
    flat(.line(Point(0, -0.98), Point(0, -1.04), 0.008, tip: 0.003), light.on(Color(0x3A3D45), 0.4))
    for x in stride(from: Float(-0.098), through: 0.1, by: 0.0327) {
      flat(.rect(x - 0.002, -0.835, 0.004, 0.045), light.on(Color(0x3A3D45), 0.5))
    }
    flat(.rect(-0.1, -0.838, 0.2, 0.006), light.on(Color(0x3A3D45), 0.7))
    guard lamp else { return }
    glow(Point(0, -0.84), radius: 0.11, Color(0xFFF3CC).alpha(1))
    glow(Point(0, -0.84), radius: 0.4, Color(0xFFD78A).alpha(light.isNight ? 0.5 : 0.3))
  }

  mutating func drawPeak() {
    let noise = noise
    let side: Float = light.direction.x > 0 ? 1 : -1
    let color = color
    let light = light
    let height = { (x: Float) -> Float in
      let away = abs(x) / 1.3
      let cone = pow((1 - away).clamped(), 1.25)
      let rough = (noise.fractal(x * 3.4 + 9, 3, octaves: 6) - 0.5) * 0.5 * (1 - cone * 0.6)
      return -(cone + rough * cone.squareRoot()).clamped(0, 1.1)
    }
    let outline: [Point] = (0...240).map { Point(Float($0) / 240 * 2.6 - 1.3, 0) }.map {
      Point($0.x, height($0.x))
    }
    flat(.polygon(outline + [Point(1.3, 0.06), Point(-1.3, 0.06)])) { point in
      let depth = point.y - height(point.x)
      let rough = noise.fractal(point.x * 4, point.y * 4, octaves: 5) - 0.5
      let ribs = noise.fractal(point.x * 15 + depth * 4, point.y * 7, octaves: 3) - 0.5
      let x = point.x + rough * 0.3 + depth * side * 0.28
      let slope = (height(x + 0.03) - height(x - 0.03)) / 0.06 * side
      let lit = (0.12 + slope.step(-1.3, 1.3) * 0.85 + ribs * 0.6).clamped()
      let snow = (point.y + 0.62 + rough * 0.5 + ribs * 0.25).step(0.08, -0.06)
      let surface = color.scaled(0.8 + ribs * 0.5).mixed(Color(0xF4F7FC), snow)
      let mist = (point.y + 0.3).step(-0.1, 0.3) * 0.55
      return light.far(light.on(surface, 0.08 + lit * 0.95), mist).alpha((0.04 - point.y).step(-0.02, 0.1))
    }
  }
}
