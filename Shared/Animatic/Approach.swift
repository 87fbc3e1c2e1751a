import Glibc

/// The camera's way over a picture that has no room around it: it comes closer, and drifts within what that
/// leaves, in the direction of the film's path.
///
/// It begins with the whole picture. At the film's start it sets off gently; later it is under way already, so
/// that chunks which follow each other like this do not halt between them.
struct Approach {
  /// How much closer it comes in a second.
  private static let speed = 0.02
  private let path: CameraPath
  private let start: Double

  init(_ path: CameraPath, from start: Double) {
    self.path = path
    self.start = start
  }

  func pose(at time: Double) -> CameraPose {
    let passed = max(time - start, 0)
    let ease = start == 0 ? passed * passed / (passed + 0.8) : passed
    let zoom = exp(ease * Self.speed)
    let now = path.pose(at: time)
    let then = path.pose(at: start)
    let room = 0.5 - 0.5 / zoom
    let away = (x: (now.centreX - then.centreX) * 12, y: (now.centreY - then.centreY) * 12)
    return CameraPose(
      centreX: 0.5 + 0.84 * room * tanh(away.x), centreY: 0.5 + 0.84 * room * tanh(away.y), zoom: zoom,
      roll: 0,
      drift: 0, depth: 0)
  }
}
