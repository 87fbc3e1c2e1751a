import Glibc

extension Scene {
  /// A desert: table mountains in the haze, then dunes with a lit and a shaded side.
  mutating func paintDesert() {
    horizon = 0.6
    footing = Point(aspect * 0.5, 0.82)
    paintSky(clouds: light.isNight ? 0.2 : 0.42)
    paintMesas()
    let sand = palette.tint(Color(0xD9A268), 0.25)
    let layers: [(base: Float, rise: Float, length: Float, far: Float)] = [
      (0.635, 0.08, 0.4, 0.6), (0.675, 0.12, 0.5, 0.36), (0.74, 0.13, 0.75, 0.18), (0.83, 0.11, 1.1, 0.05),
    ]
    for (index, layer) in layers.enumerated() {
      paintDune(
        ridge(layer.base, layer.rise, layer.length, octaves: 2, salt: Float(index) + 1), sand, far: layer.far,
        ripples: index > 1)
    }
  }

  private mutating func paintMesas() {
    let light = light
    let noise = noise
    for (layer, far) in [Float(0.8), 0.66].enumerated() {
      let stone = palette.tint(Color(0x9A5B43), 0.3)
      var heights = ridge(0.6, 0.02, 0.3, octaves: 3, salt: Float(layer) + 31).heights
      let salt = Float(layer) * 9
      for index in heights.indices {
        let x = Float(index) / canvas.unit
        let block = noise.value(x * 2.3 + salt + 0.5, 7).step(0.6, 0.66) * (0.5 + noise.value(x * 1.1, salt))
        let top = noise.fractal(x * 22, salt, octaves: 3) * 0.008
        heights[index] -= block * (0.09 - Float(layer) * 0.02) - top * block
      }
      let ridge = Ridge(heights: heights, unit: canvas.unit)
      land(ridge) { place, depth in
        let strata = noise.fractal(place.x * 3, place.y * 130, octaves: 2) * 0.25
        let face = (0.45 + ridge.slope(place.x, over: 0.008) * light.direction.x * -0.3).clamped()
        return light.far(light.on(stone.scaled(0.85 + strata), face), far + (depth * 1.5).clamped(0, 0.15))
      }
    }
  }

  /// One dune: the line between its sides wanders down from each crest.
  private mutating func paintDune(_ ridge: Ridge, _ sand: Color, far: Float, ripples: Bool) {
    let light = light
    let noise = noise
    let side: Float = light.direction.x > 0 ? 1 : -1
    land(ridge) { place, depth in
      let wander = noise.fractal(place.x * 2.2, place.y * 9, octaves: 3) - 0.5
      let bent = place.x + side * (depth * 1.3 + wander * 0.07)
      let facing = ridge.slope(bent) * side
      let lit = facing.step(-0.07, 0.08)
      var tone = 0.05 + 0.85 * lit
      if ripples {
        let scale = 26 / (0.12 + (place.y - 0.6))
        let wave = sin((place.y + wander * 0.035) * scale * 2.4 + noise.value(place.x * 7, place.y * 26) * 5)
        tone += wave * 0.05 * (depth * 9).clamped() * (0.35 + lit)
      }
      tone += (noise.fractal(place.x * 120, place.y * 190, octaves: 2) - 0.5) * 0.08
      let crest = exp(-depth * 130) * 0.2 * lit
      return light.far(light.on(sand, tone + crest), far).scaled(1 - (place.y - 0.85).clamped() * 0.9)
    }
  }
}
