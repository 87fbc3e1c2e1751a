import Contracts

/// What a subject measures in its own units, and how it is drawn.
struct Blueprint {
  var width: Float
  var height: Float
  /// Of the picture's height that it may fill.
  var share: Float
  var color: UInt32
  var draw: (inout Figure) -> Void

  init(_ kind: SubjectKind) {
    switch kind {
    case .car: self.init(2.2, 0.72, share: 0.4, 0xB5382C) { $0.drawCar() }
    case .bottle: self.init(0.4, 1, share: 0.5, 0x2F6B55) { $0.drawBottle() }
    case .box: self.init(1, 0.9, share: 0.36, 0xC59A6B) { $0.drawBox() }
    case .person: self.init(0.5, 1, share: 0.44, 0x36486A) { $0.drawPerson() }
    case .animal: self.init(1.5, 1, share: 0.36, 0xB4713C) { $0.drawAnimal() }
    case .bird: self.init(1.7, 0.9, share: 0.26, 0xEDEBE4) { $0.drawBird() }
    case .tree: self.init(1, 1.05, share: 0.58, 0x64883C) { $0.drawTree() }
    case .building: self.init(0.7, 1.06, share: 0.6, 0xBFB0A0) { $0.drawBuilding() }
    case .boat: self.init(1.1, 1.15, share: 0.46, 0xB5382C) { $0.drawBoat() }
    case .lighthouse: self.init(0.5, 1.05, share: 0.54, 0xC0392B) { $0.drawLighthouse() }
    case .mountain: self.init(2.6, 1.02, share: 0.5, 0x77737F) { $0.drawPeak() }
    case .cup: self.init(1.05, 1.2, share: 0.36, 0xE6DED0) { $0.drawCup() }
    case .shoe: self.init(1.35, 0.72, share: 0.34, 0xD2603A) { $0.drawShoe() }
    case .phone: self.init(0.6, 1.05, share: 0.46, 0x262932) { $0.drawPhone() }
    case .abstract: self.init(1.1, 1.06, share: 0.46, 0x5A6FB8) { $0.drawOrb() }
    }
  }

  private init(
    _ width: Float, _ height: Float, share: Float, _ color: UInt32, draw: @escaping (inout Figure) -> Void
  ) {
    self.width = width
    self.height = height
    self.share = share
    self.color = color
    self.draw = draw
  }
}
