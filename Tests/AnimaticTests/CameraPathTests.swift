import Contracts
import Testing

@testable import Animatic

struct CameraPathTests {
  /// Every movement after every kind of other, over lengths from a second to five minutes.
  static let films: [(moves: [CameraMovement], seconds: Double)] =
    [1.0, 3, 10, 30, 300].flatMap { seconds in
      [(CameraMovement.allCases, seconds), (CameraMovement.allCases.reversed(), seconds)]
        + CameraMovement.allCases.map { ([$0], seconds) }
    }

  @Test(arguments: films)
  func viewNeverLeavesThePicture(_ film: (moves: [CameraMovement], seconds: Double)) {
    for aspect in [16.0 / 9, 9.0 / 16] {
      let path = path(film.moves, film.seconds, aspect: aspect)
      for moment in 0...120 {
        let pose = path.pose(at: film.seconds * Double(moment) / 120)
        let view = View(pose, aspect: aspect)
        #expect(pose.zoom >= 1)
        for row in 0...8 {
          let line = view.row(Double(row) / 8, first: 0, step: 1)
          let ends = [line.x, line.x + line.stepX, line.y, line.y + line.stepY]
          #expect(ends.allSatisfy { (0...1).contains($0) }, "\(pose)")
        }
      }
    }
  }

  @Test(arguments: [4.0, 30, 300])
  func velocityDoesNotJumpAtBeats(_ seconds: Double) {
    let moves: [CameraMovement] = [.dollyIn, .panLeft, .handheld, .zoomOut, .tiltUp, .orbitRight, .still]
    let path = path(moves, seconds)
    let h = 1e-4
    for beat in 1..<moves.count {
      let border = seconds / Double(moves.count) * Double(beat)
      for time in [border - 0.31, border, border + 0.31] {
        for axis in Coordinate.allCases {
          let now = axis.of(path.pose(at: time))
          let before = (now - axis.of(path.pose(at: time - h))) / h
          let after = (axis.of(path.pose(at: time + h)) - now) / h
          #expect(abs(after - before) < 0.002)
        }
      }
    }
  }

  @Test(
    arguments: [
      (CameraMovement.dollyIn, Coordinate.zoom, 1.0), (.dollyOut, .zoom, -1), (.zoomIn, .zoom, 1),
      (.zoomOut, .zoom, -1), (.panLeft, .x, -1), (.panRight, .x, 1), (.tiltUp, .y, -1), (.tiltDown, .y, 1),
      (.orbitLeft, .drift, -1), (.orbitRight, .drift, 1), (.dollyIn, .depth, 1), (.dollyOut, .depth, -1),
    ])
  func movementHasItsDirection(_ move: CameraMovement, _ axis: Coordinate, _ sign: Double) {
    for (moves, seconds) in [([move], 6.0), ([.still, move, .still], 30), ([.still, move, .still], 300)] {
      let path = path(moves, seconds)
      let beat = seconds / Double(moves.count)
      let start = moves.count == 1 ? 0 : beat
      let travel = axis.of(path.pose(at: start + beat)) - axis.of(path.pose(at: start))
      #expect(travel * sign > 0.005, "\(move) over \(seconds) s travels \(travel)")
    }
  }

  @Test(arguments: [10.0, 30, 300])
  func everyMomentIsAlive(_ seconds: Double) {
    let path = path([.dollyIn, .still, .panRight, .still], seconds)
    for second in 0..<Int(seconds - 2) {
      let first = path.pose(at: Double(second))
      let travel = (1...8).map { step in
        let pose = path.pose(at: Double(second) + Double(step) / 4)
        return abs(pose.centreX - first.centreX) + abs(pose.centreY - first.centreY)
          + abs(pose.zoom - first.zoom)
      }
      #expect((travel.max() ?? 0) > 0.002, "the camera stands still at \(second) s")
    }
  }

  @Test func seedDecidesTheSway() {
    let first = path([.still], 10).pose(at: 3)
    #expect(first == path([.still], 10).pose(at: 3))
    #expect(first != path([.still], 10, seed: 9).pose(at: 3))
  }

  @Test func filmWithoutBeatsStillMoves() {
    let path = path([], 5)
    #expect(path.pose(at: 0) != path.pose(at: 2))
  }

  enum Coordinate: CaseIterable {
    case x, y, zoom, roll, drift, depth

    func of(_ pose: CameraPose) -> Double {
      switch self {
      case .x: pose.centreX
      case .y: pose.centreY
      case .zoom: pose.zoom
      case .roll: pose.roll
      case .drift: pose.drift
      case .depth: pose.depth
      }
    }
  }

  private func path(
    _ moves: [CameraMovement], _ seconds: Double, aspect: Double = 16.0 / 9, seed: Int = 7
  ) -> CameraPath {
    let each = seconds / Double(max(moves.count, 1))
    let beats = moves.enumerated().map { index, move in
      Beat(
        index: index, title: "", startSeconds: each * Double(index), durationSeconds: each, shotType: .wide,
        cameraMovement: move, action: "", prompt: "")
    }
    return CameraPath(beats: beats, seconds: seconds, seed: seed, aspect: aspect)
  }
}
