/// How near the rows of a picture are, which decides how they answer to a moving camera.
///
/// Most pictures have sky above, the subject in the middle and the ground in front below, so nearness grows
/// from top to bottom: little over the subject, so that it does not lean, more above and below it.
enum Parallax {
  /// The most that nearness differs from the subject's, on either side.
  static let steepest = 0.11
  /// How far a full drift moves the nearest row, as a share of the picture's width.
  static let sideways = 0.012
  /// How much a full depth narrows or widens the view of a row.
  static let deepest = 0.02

  /// −0.11 at the top, 0 at the subject's middle, 0.11 at the bottom, and smooth between them.
  static func nearness(_ y: Double) -> Double {
    let t = min(max((y - 0.58) / 0.5, -1), 1)
    return steepest * t * (0.12 + 0.88 * t * t)
  }
}
