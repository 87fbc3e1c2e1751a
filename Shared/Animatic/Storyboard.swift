public import Contracts
import Glibc
public import Media

/// A drawn frame of a film: its setting, its light, and its subject where the camera can find it.
public enum Storyboard {
  /// The size to draw at so that the camera has room to come close: half as large again as the film.
  public static func referenceSize(forOutput width: Int, _ height: Int) -> (width: Int, height: Int) {
    ((width * 3 / 2 + 1) / 2 * 2, (height * 3 / 2 + 1) / 2 * 2)
  }

  /// Draws what `spec.scene` says in the colours of `spec.style`; the same spec gives the same samples.
  public static func draw(_ spec: Spec, width: Int, height: Int) -> Picture {
    var scene = Scene(spec, width: width, height: height)
    let kind = spec.scene.subjectKind
    scene.paintSetting(kind)
    scene.grade()
    scene.place(kind, color: spec.scene.subjectColor)
    scene.paintAir()
    scene.finish()
    return scene.canvas.picture()
  }
}

extension Scene {
  fileprivate mutating func paintSetting(_ kind: SubjectKind) {
    switch setting {
    case .desert: paintDesert()
    case .city: paintCity()
    case .forest: paintForest()
    case .sea: paintSea(afloat: kind == .boat)
    case .mountains: paintMountains()
    case .meadow: paintMeadow()
    case .studio: paintStudio()
    case .interior: paintInterior()
    case .snow: paintSnow()
    case .space: paintSpace()
    case .road: paintRoad()
    }
  }

  /// Pulls the setting towards the palette, so that every scene of a film belongs to it.
  fileprivate mutating func grade() {
    let palette = palette
    canvas.shade { _, old in palette.tint(old, 0.22) }
  }

  /// Flakes, dust and the darker rim of a lens, in front of everything.
  fileprivate mutating func paintAir() {
    guard setting == .snow else { return }
    for _ in 0..<260 {
      let near = dice.roll() * dice.roll()
      let place = Point(dice.roll(0, aspect), dice.roll())
      let size = 0.0012 + near * 0.006
      let tone = Color(0xFFFFFF).mixed(light.key, 0.15)
      if near > 0.45 {
        canvas.fill(.ellipse(place.x, place.y, size, size), blur: size * 0.5) { _ in tone.alpha(0.5) }
      } else {
        canvas.fill(.ellipse(place.x, place.y, size, size), tone.alpha(0.75))
      }
    }
  }

  /// Vignette, a soft shoulder for the highlights and a grain that belongs to the picture.
  fileprivate mutating func finish() {
    let noise = noise
    let centre = Point(aspect / 2, 0.48)
    let spread = Point(1 / max(aspect, 1), 1 / max(1 / aspect, 1))
    let unit = canvas.unit
    canvas.shade { place, old in
      let away = ((place - centre) * spread).length
      let vignette = 1 - away.step(0.3, 0.95) * 0.42
      let cell = Point(place.x, place.y) * unit
      let fine =
        noise.hash(Int32(cell: cell.x), Int32(cell: cell.y))
        + noise.hash(Int32(cell: cell.x / 2), Int32(cell: cell.y / 2) &+ 7777)
      let grain = (fine - 1) * 0.01
      let color = old * vignette + Color(repeating: grain)
      return (color * (1.06 - color * 0.06)).alpha(1)
    }
  }
}
