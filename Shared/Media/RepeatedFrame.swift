import Glibc

/// Finds the frame that continues a clip from its predecessor's last frame and shows that frame once more.
///
/// Makers of video that begin with a given picture emit it as their first frame.
enum RepeatedFrame {
  /// Whether the first frame of `clip` shows what the last one of `previous` showed.
  ///
  /// It does when the two are 3 dB more alike than the first two frames of `clip`, or as alike as 40 dB: neither
  /// grain nor motion inside a clip makes neighbours as alike as the same picture encoded twice.
  static func isFirst(
    of clip: ClipScan, after previous: ClipScan, _ cancel: CancellationFlag
  ) throws(MediaError) -> Bool {
    guard clip.shown > 1, clip.step != nil, clip.parameters.isPlainH264, previous.parameters.isPlainH264,
      clip.orientation == .upright, previous.orientation == .upright
    else { return false }
    let reader = try ClipReader(clip.path, cancel: cancel)
    guard let first = try reader.next(), let second = try reader.next() else { return false }
    let last = try Frame420(LastFrame.extract(from: previous.path, cancel: cancel))
    guard last.width == first.width, last.height == first.height else { return false }
    let join = likeness(last, first)
    return join >= 40 || join >= likeness(first, second) + 3
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
