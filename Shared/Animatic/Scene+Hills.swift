import Contracts
import Glibc

extension Scene {
  /// Ranges of peaks with snow on them, behind a green foreground.
  mutating func paintMountains() {
    horizon = 0.66
    footing = Point(aspect * 0.5, 0.84)
    paintSky(clouds: 0.5)
    let rock = palette.tint(Color(0x6D6A72), 0.3)
    let layers: [(base: Float, rise: Float, length: Float, far: Float)] = [
      (0.56, 0.3, 0.55, 0.7), (0.6, 0.34, 0.7, 0.45), (0.68, 0.24, 0.55, 0.2),
    ]
    for (index, layer) in layers.enumerated() {
      let shape = ridge(
        layer.base, layer.rise, layer.length, sharpness: 0.85, octaves: 6, salt: Float(index) + 2)
      paintRange(shape, rock, far: layer.far, snow: index < 2)
    }
    let grass = palette.tint(Color(0x5E7A3C), 0.25)
    paintHill(ridge(0.76, 0.05, 0.9, octaves: 3, salt: 11), grass.scaled(0.7), far: 0.12)
    paintPines(along: 0.775, count: 26, height: 0.06...0.11, far: 0.1, salt: 5)
    paintHill(ridge(0.85, 0.04, 1.3, octaves: 3, salt: 12), grass, far: 0)
    paintGrass(from: 0.86, count: 1300, color: grass)
  }

  /// A slope of rock: ribs run down from the ridge, snow lies where it is high and not too steep.
  private mutating func paintRange(_ ridge: Ridge, _ rock: Color, far: Float, snow: Bool) {
    let light = light
    let noise = noise
    let side: Float = light.direction.x > 0 ? 1 : -1
    let top = ridge.heights.min() ?? 0
    land(ridge) { place, depth in
      let rough = noise.fractal(place.x * 9, place.y * 9, octaves: 5) - 0.5
      let bent = place.x + rough * 0.11 + depth * side * 0.32
      let face = (ridge.slope(bent, over: 0.012) * side).step(-0.75, 0.75)
      let ribs = noise.fractal(place.x * 34 + depth * 6, place.y * 15, octaves: 3) - 0.5
      let lit = (face + ribs * 0.45).clamped()
      var surface = rock.scaled(0.75 + ribs * 0.5)
      if snow {
        let line = (place.y - top) * 2.6 + rough * 1.3 + ribs * 0.7
        surface = surface.mixed(Color(0xF3F6FB), line.step(0.62, 0.42))
      }
      let mist = (depth * 1.3).clamped(0, 0.3)
      return light.far(light.on(surface, 0.06 + lit * 0.95), (far + mist).clamped(0, 0.92))
    }
  }

  /// A rounded slope with cloud shadows and a rough skin.
  mutating func paintHill(_ ridge: Ridge, _ color: Color, far: Float) {
    let light = light
    let noise = noise
    let side: Float = light.direction.x > 0 ? 1 : -1
    land(ridge) { place, depth in
      let facing = (ridge.slope(place.x + depth * side * 0.5, over: 0.04) * side).step(-0.35, 0.35)
      let patch = noise.fractal(place.x * 3.2, place.y * 11, octaves: 4) - 0.5
      let skin = noise.fractal(place.x * 70, place.y * 150, octaves: 3) - 0.5
      let tone = 0.28 + facing * 0.5 + patch * 0.5 + skin * 0.22 + exp(-depth * 60) * 0.12
      return light.far(light.on(color.mixed(color.scaled(1.3), patch + 0.5), tone), far)
        .scaled(1 - (place.y - 0.85).clamped() * 1.1)
    }
  }

  /// Green hills, woods far off, grass and flowers near by.
  mutating func paintMeadow() {
    horizon = 0.58
    footing = Point(aspect * 0.5, 0.82)
    paintSky(clouds: 0.62)
    let grass = palette.tint(Color(0x7FA046), 0.22)
    paintHill(ridge(0.56, 0.1, 0.8, octaves: 4, salt: 3), grass.mixed(light.haze, 0.3).scaled(0.8), far: 0.62)
    paintHill(ridge(0.6, 0.06, 0.6, octaves: 3, salt: 4), grass.scaled(0.66), far: 0.38)
    paintTreeLine(0.615, far: 0.34)
    paintHill(ridge(0.665, 0.06, 1.1, octaves: 3, salt: 6), grass.scaled(0.95), far: 0.16)
    paintHill(ridge(0.77, 0.05, 1.6, octaves: 3, salt: 7), grass, far: 0)
    paintGrass(from: 0.78, count: 2400, color: grass)
    paintFlowers(from: 0.8, count: 150)
  }

  /// Snow over hills, pines, and flakes in the air.
  mutating func paintSnow() {
    horizon = 0.58
    footing = Point(aspect * 0.5, 0.83)
    paintSky(clouds: 0.7)
    let snow = palette.tint(Color(0xE9EFF8), 0.12)
    paintRange(
      ridge(0.6, 0.2, 0.6, sharpness: 0.7, octaves: 5, salt: 4), Color(0x8A93A5), far: 0.6, snow: true)
    paintHill(ridge(0.63, 0.05, 0.7, octaves: 3, salt: 5), snow, far: 0.35)
    paintPines(along: 0.645, count: 30, height: 0.05...0.09, far: 0.45, salt: 1)
    paintHill(ridge(0.69, 0.05, 1.0, octaves: 2, salt: 6), snow, far: 0.16)
    paintPines(along: 0.715, count: 13, height: 0.12...0.24, far: 0.2, salt: 2)
    paintHill(ridge(0.79, 0.045, 1.5, octaves: 2, salt: 7), snow, far: 0)
  }

  mutating func paintPines(
    along y: Float, count: Int, height: ClosedRange<Float>, far: Float, salt: Int
  ) {
    var dice = Dice(seed: salt &* 77 &+ Int(noise.hash(3, 9) * 1e6))
    let needles = palette.tint(Color(setting == .snow ? 0x4B6068 : 0x2F4A34), 0.25)
    let light = light
    for index in 0..<count {
      let share = (Float(index) + dice.roll(0.1, 0.9)) / Float(count)
      let clear = abs(share - 0.5) < 0.1 && height.upperBound > 0.12
      let size = dice.roll(height.lowerBound, height.upperBound) * (clear ? 0.5 : 1)
      let foot = Point(share * aspect, y + dice.roll(-0.008, 0.012))
      let shape = pine(foot, size, &dice)
      let dusted = setting == .snow
      let noise = noise
      canvas.fill(shape) { place in
        let side = ((place.x - foot.x) / size * 3 * light.direction.x + 0.4).clamped()
        var color = light.on(needles, side)
        if dusted {
          let cover = noise.fractal(place.x * 60, place.y * 90, octaves: 2).step(0.45, 0.62) * 0.7
          color = color.mixed(light.on(Color(0xEFF4FB), 0.3 + side * 0.6), cover)
        }
        return light.far(color, far)
      }
    }
  }

  /// A line of trees far off.
  private mutating func paintTreeLine(_ y: Float, far: Float) {
    let leaf = palette.tint(Color(0x4E6B37), 0.25)
    let light = light
    let noise = noise
    var heights = ridge(y, 0.014, 0.05, octaves: 5, salt: 33).heights
    for index in heights.indices {
      let x = Float(index) / canvas.unit
      let grove = (noise.fractal(x * 2.6, 91, octaves: 2) - 0.44).clamped(-0.1, 0.12)
      let crown = 1 - abs(2 * noise.value(x * 34, 17) - 1)
      heights[index] += 0.004 - grove * (0.22 + 0.22 * crown.squareRoot())
    }
    land(Ridge(heights: heights, unit: canvas.unit)) { place, depth in
      let tuft = noise.fractal(place.x * 80, place.y * 110, octaves: 3) - 0.5
      return light.far(light.on(leaf.scaled(1 + tuft * 0.7), 0.2 + exp(-depth * 70) * 0.6 + tuft * 0.5), far)
    }
  }

  /// Blades that grow with nearness.
  mutating func paintGrass(from top: Float, count: Int, color: Color) {
    let light = light
    for index in 0..<count {
      let near = Float(index) / Float(count)
      let foot = Point(dice.roll(-0.02, aspect + 0.02), top + (1.03 - top) * near * near.squareRoot())
      let height = (0.012 + 0.055 * near) * dice.roll(0.6, 1.3)
      let lean = dice.roll(-0.5, 0.7) * height
      let width = 0.0012 + 0.0028 * near
      let tip = foot + Point(lean, -height)
      let middle = foot + Point(lean * 0.25, -height * 0.6)
      let blade = Path.polygon([
        foot - Point(width, 0), middle - Point(width * 0.7, 0), tip, middle + Point(width * 0.7, 0),
        foot + Point(width, 0),
      ])
      let tone = color.scaled(dice.roll(0.6, 1.15))
      canvas.fill(blade) { place in
        light.on(tone, 0.3 + ((foot.y - place.y) / height * 0.65).clamped()).scaled(1 - near * 0.3)
      }
    }
  }

  private mutating func paintFlowers(from top: Float, count: Int) {
    let tones = [palette.accent, Color(0xF6E7C1), Color(0xE8C25B), Color(0xD9646A)]
    for index in 0..<count {
      let near = Float(index) / Float(count)
      let place = Point(dice.roll(0, aspect), top + (1 - top) * near * near.squareRoot() - 0.01)
      let size = (0.0022 + 0.006 * near) * dice.roll(0.6, 1.2)
      let tone = light.on(tones[index % tones.count], 0.9)
      canvas.fill(.ellipse(place.x, place.y, size, size * 0.75), tone)
      canvas.fill(.ellipse(place.x, place.y, size * 0.3, size * 0.25), light.on(Color(0xF3C13A), 0.6))
    }
  }
}
