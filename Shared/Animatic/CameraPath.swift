public import Contracts
import Glibc

/// Where the camera looks, as shares of the reference picture, and how close it is.
public struct CameraPose: Sendable, Equatable {
  public var centreX: Double
  public var centreY: Double
  /// 1 shows the whole height or width; more shows less.
  public var zoom: Double
  /// Clockwise, in radians.
  public var roll: Double
  /// How far the camera moved sideways around the subject: what is near runs against what is far.
  public var drift: Double
  /// How far it came closer by moving: what is near grows more than what is far.
  public var depth: Double
}

/// The camera's way through a whole film: a pose for every moment, without a jump or a halt at any joint.
///
/// Every beat adds travel along its axes at a steady speed; averaging that over a window makes the velocity
/// continuous, and scaling it to the room that the picture leaves spreads it over the film. A slow sway that
/// never repeats keeps long beats alive. The same spec gives the same path.
public struct CameraPath: Sendable {
  /// The largest tilt of the camera to either side, in radians.
  static let maximumRoll = 0.009
  static let maximumDrift = 1.0
  static let maximumDepth = 1.0

  private let aspect: Double
  private let pan: Axis
  private let tilt: Axis
  private let nearness: Axis
  private let orbit: Axis
  private let dolly: Axis
  private let shaking: Axis
  private let sway: Sway

  public init(_ spec: Spec) {
    self.init(
      beats: spec.beats, seconds: max(spec.durationSeconds, 0.1), seed: spec.seed,
      aspect: Double(spec.width) / Double(max(spec.height, 1)))
  }

  init(beats: [Beat], seconds: Double, seed: Int, aspect: Double) {
    self.aspect = aspect
    let legs =
      beats.isEmpty ? [Leg(.still, seconds)] : beats.map { Leg($0.cameraMovement, $0.durationSeconds) }
    let shortest = legs.map(\.seconds).min() ?? seconds
    let window = min(max(shortest * 0.6, 0.05), 3)
    pan = Axis(legs, window: window, range: -0.6...0.6, speed: 0.3, rest: 0) { $0.pan }
    tilt = Axis(legs, window: window, range: -0.2...0.58, speed: 0.3, rest: 0.28) { $0.tilt }
    nearness = Axis(legs, window: window, range: 0...1, speed: 0.2, rest: 0.3) { $0.nearness }
    orbit = Axis(legs, window: window, range: -0.8...0.8, speed: 0.32, rest: 0) { $0.orbit }
    dolly = Axis(legs, window: window, range: 0...0.9, speed: 0.2, rest: 0.3) { $0.dolly }
    shaking = Axis(shaking: legs, window: window)
    sway = Sway(seed: seed)
  }

  /// The pose at a moment of the film, in seconds from its beginning.
  public func pose(at time: Double) -> CameraPose {
    let shaking = self.shaking.value(at: time).smooth
    let breath = sway.breath(at: time)
    let shake = sway.shake(at: time)
    let near = nearness.value(at: time) + 0.06 * breath.z + 0.012 * shaking * shake.z
    let zoom = exp(log(1.3) + near * log(1.7 / 1.3))
    let roll = 0.0024 * breath.w + 0.0045 * shaking * shake.w
    let room = Self.room(zoom: zoom, aspect: aspect)
    let across = pan.value(at: time) + 0.3 * breath.x + 0.08 * shaking * shake.x
    let down = tilt.value(at: time) + 0.32 * breath.y + 0.1 * shaking * shake.y
    return CameraPose(
      centreX: 0.5 + across * room.x, centreY: 0.5 + down * room.y, zoom: zoom, roll: roll,
      drift: orbit.value(at: time) + 0.12 * breath.x, depth: dolly.value(at: time) + 0.05 * breath.z)
  }

  /// How far the centre may leave the middle so that no corner of the view leaves the picture.
  ///
  /// It reckons with the largest roll and parallax, so that it changes with the zoom alone and stays smooth;
  /// and it grows less than the zoom would let it, so that the subject stays in sight.
  private static func room(zoom: Double, aspect: Double) -> (x: Double, y: Double) {
    let slant = sin(maximumRoll)
    let half = 0.5 / zoom
    let wide = half * (1 + slant / aspect) * (1 + Parallax.deepest) + Parallax.sideways
    let high = half * (1 + slant * aspect)
    let room = (x: max(0.5 - wide, 0) / (1 + Parallax.steepest), y: max(0.5 - high, 0))
    return (room.x / (1 + room.x / 0.25), room.y / (1 + room.y / 0.25))
  }
}

/// A beat as the camera sees it: directions per axis, for some time.
private struct Leg {
  var seconds: Double
  var pan = 0.0
  var tilt = 0.0
  var nearness = 0.0
  var orbit = 0.0
  var dolly = 0.0
  var isShaken = false

  init(_ movement: CameraMovement, _ seconds: Double) {
    self.seconds = max(seconds, 0.01)
    switch movement {
    case .still: break
    case .dollyIn: (nearness, dolly) = (1, 1)
    case .dollyOut: (nearness, dolly) = (-1, -1)
    case .zoomIn: nearness = 1.15
    case .zoomOut: nearness = -1.15
    case .panLeft: pan = -1
    case .panRight: pan = 1
    case .tiltUp: tilt = -1
    case .tiltDown: tilt = 1
    case .orbitLeft: (orbit, pan) = (-1, -0.5)
    case .orbitRight: (orbit, pan) = (1, 0.5)
    case .handheld: isShaken = true
    }
  }
}

/// One coordinate of the camera over time: straight travel between beats, averaged over a window.
private struct Axis: Sendable {
  private let times: [Double]
  private let values: [Double]
  /// The integral of the straight travel from the first time to each.
  private let areas: [Double]
  private let window: Double

  /// Travel in the direction of each leg, centred in `range` and no faster than `speed`.
  init(
    _ legs: [Leg], window: Double, range: ClosedRange<Double>, speed: Double, rest: Double,
    along direction: (Leg) -> Double
  ) {
    var points = [0.0]
    for leg in legs { points.append((points.last ?? 0) + direction(leg) * leg.seconds) }
    let first = legs.first.map(direction) ?? 0
    let last = legs.last.map(direction) ?? 0
    let ends = [points[0] - first * window / 2, points[points.count - 1] + last * window / 2]
    let low = (points + ends).min() ?? 0
    let high = (points + ends).max() ?? 0
    let span = range.upperBound - range.lowerBound
    let scale = high > low ? min(span / (high - low), speed) : 0
    let margin = (span - (high - low) * scale) / 2
    let start = scale == 0 ? rest : range.lowerBound + margin - low * scale
    self.init(legs, values: points.map { start + $0 * scale }, window: window)
  }

  /// 1 in legs that are shaken and 0 in the others.
  init(shaking legs: [Leg], window: Double) {
    var times: [Double] = [0]
    var values: [Double] = []
    for leg in legs {
      values += [leg.isShaken ? 1 : 0, leg.isShaken ? 1 : 0]
      times += [times[times.count - 1] + leg.seconds - 1e-6, times[times.count - 1] + leg.seconds]
    }
    self.init(times: Array(times.dropLast()), values: values, window: window)
  }

  private init(_ legs: [Leg], values: [Double], window: Double) {
    var times = [0.0]
    for leg in legs { times.append(times[times.count - 1] + leg.seconds) }
    self.init(times: times, values: values, window: window)
  }

  private init(times: [Double], values: [Double], window: Double) {
    self.times = times
    self.values = values
    self.window = window
    var areas = [0.0]
    for index in 1..<times.count {
      let mean = (values[index] + values[index - 1]) / 2
      areas.append(areas[index - 1] + mean * (times[index] - times[index - 1]))
    }
    self.areas = areas
  }

  func value(at time: Double) -> Double {
    (area(to: time + window / 2) - area(to: time - window / 2)) / window
  }

  /// The integral up to a time; before and after the film the travel goes on straight.
  private func area(to time: Double) -> Double {
    var low = 0
    var high = times.count - 2
    while low < high {
      let middle = (low + high + 1) / 2
      if times[middle] <= time { low = middle } else { high = middle - 1 }
    }
    let slope = (values[low + 1] - values[low]) / max(times[low + 1] - times[low], 1e-9)
    let passed = time - times[low]
    return areas[low] + passed * (values[low] + slope * passed / 2)
  }
}

/// Small movements on four axes, each within −1…1, from waves whose lengths do not fit each other.
private struct Sway: Sendable {
  private let phases: [Double]

  init(seed: Int) {
    var dice = Dice(seed: seed)
    phases = (0..<16).map { _ in Double(dice.roll(0, 2 * .pi)) }
  }

  /// Like a crane that hangs in the air: round and round, so that it never rests.
  func breath(at time: Double) -> SIMD4<Double> {
    SIMD4(
      wave(time, 9.7, 15.1, 0), wave(time + 9.7 / 4, 9.7, 16.9, 0), wave(time, 13.3, 8.3, 4),
      wave(time, 15.1, 9.7, 6))
  }

  /// Like a hand.
  func shake(at time: Double) -> SIMD4<Double> {
    SIMD4(
      wave(time, 2.3, 1.07, 8), wave(time, 1.9, 0.93, 10), wave(time, 3.7, 2.1, 12), wave(time, 2.9, 1.31, 14)
    )
  }

  private func wave(_ time: Double, _ long: Double, _ short: Double, _ phase: Int) -> Double {
    0.68 * sin(2 * .pi * time / long + phases[phase]) + 0.32 * sin(2 * .pi * time / short + phases[phase + 1])
  }
}

extension Double {
  /// A step from 0 to 1 whose slope is 0 at both ends.
  fileprivate var smooth: Double {
    let t = Swift.min(Swift.max(self, 0), 1)
    return t * t * (3 - 2 * t)
  }
}
