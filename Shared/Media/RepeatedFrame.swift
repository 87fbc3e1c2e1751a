import Glibc

/// Finds the frame that continues a clip from its predecessor's last frame and shows that frame once more.
///
/// Makers of video that begin with a given picture emit it as their first frame.
enum RepeatedFrame {
  /// Whether the first frame of `clip` shows what the last one of `previous` showed.
  ///
  /// It does when the two are 3 dB more alike than the first two frames of `clip`: neither grain nor motion inside
  /// a clip makes neighbours as alike as the same picture encoded twice. Where little moves, it does when they are
  /// as alike as 40 dB and the frame behind is no farther from the one than from the other.
  static func isFirst(
    of clip: ClipScan, after previous: ClipScan, _ cancel: CancellationFlag
  ) throws(MediaError) -> Bool {
    guard clip.shown > 1, clip.orientation.isSupported, previous.orientation.isSupported else { return false }
    let reader = try ClipReader(clip.path, cancel: cancel)
    guard let first = try reader.nextShown(), let second = try reader.nextShown() else { return false }
    let last = try LastFrame.extract(from: previous.path, cancel: cancel)
    guard last.width == first.width, last.height == first.height, first.width == second.width,
      first.height == second.height
    else { return false }
    let (shown, repeated, next) = (try Frame420(last), try Frame420(first), try Frame420(second))
    let join = likeness(shown, repeated)
    let inside = likeness(repeated, next)
    return join >= inside + 3 || (join >= 40 && likeness(shown, next) >= inside - 0.5)
  }

  /// The peak signal-to-noise ratio of luma in decibels.
  private static func likeness(_ a: Frame420, _ b: Frame420) -> Double {
    var error = 0
    for index in a.y.indices {
      let difference = Int(a.y[index]) - Int(b.y[index])
      error += difference * difference
    }
    guard error > 0 else { return .infinity }
    return 10 * log10(255 * 255 * Double(a.y.count) / Double(error))
  }
}
