import Glibc
import Media

/// A moving picture made by arithmetic: gradients, a coloured square that moves, and some grain.
struct Scene {
  var width = 160
  var height = 96

  /// Frame `k` in RGB.
  func picture(_ k: Int) -> Picture {
    var pixels: [UInt8] = []
    pixels.reserveCapacity(width * height * 3)
    var seed = UInt32(truncatingIfNeeded: k &* 7919 &+ 1)
    for y in 0..<height {
      for x in 0..<width {
        seed = seed &* 1_664_525 &+ 1_013_904_223
        let grain = Int(seed >> 30)
        let inside = (k..<k + 40).contains(x) && (20..<60).contains(y)
        pixels.append(UInt8(inside ? 190 + grain : 50 + x % 128 + grain))
        pixels.append(UInt8(inside ? 60 + grain : 70 + y + grain))
        pixels.append(UInt8(inside ? 80 + grain : 150 - x % 64 + grain))
      }
    }
    return Picture(width: width, height: height, pixels: pixels)
  }

  /// Frames `range` in 4:2:0.
  func frames(_ range: Range<Int>) throws -> [Frame420] {
    try range.map { try Frame420(picture($0)) }
  }

  /// Writes frames `range` as a clip and returns them.
  @discardableResult
  func write(
    _ range: Range<Int>, to path: String, fps: Int = 30, settings: ClipSettings = .standard
  ) throws -> [Frame420] {
    let frames = try frames(range)
    let writer = try ClipWriter(path: path, width: width, height: height, fps: fps, settings: settings)
    for frame in frames { try writer.append(frame) }
    try writer.finish()
    return frames
  }
}

/// All frames of a clip, decoded.
func decoded(_ path: String) throws -> [Frame420] {
  let reader = try ClipReader(path)
  var frames: [Frame420] = []
  while let frame = try reader.next() { frames.append(frame) }
  return frames
}

extension Frame420 {
  /// The mean of the luma plane.
  var meanLuma: Double { Double(y.reduce(0) { $0 + Int($1) }) / Double(y.count) }

  /// The peak signal-to-noise ratio of luma against `other`, in decibels.
  func likeness(to other: Frame420) -> Double {
    let error = zip(y, other.y).reduce(0) { sum, pair in
      sum + (Int(pair.0) - Int(pair.1)) * (Int(pair.0) - Int(pair.1))
    }
    guard error > 0 else { return .infinity }
    return 10 * log10(255 * 255 * Double(y.count) / Double(error))
  }
}

/// A sine of 440 Hz at 48 kHz.
func tone(samples: Int, level: Float = 0.5) -> [Float] {
  let step = 2 * Float.pi * 440 / 48_000
  return (0..<samples).map { index -> Float in
    // 440 Hz repeats after 1200 samples at 48 kHz.
    let phase = Float(index % 1200) * step
    return level * sinf(phase)
  }
}

/// The code that a refused operation throws.
func refusal(_ work: () throws -> Void) -> MediaError.Code? {
  do {
    try work()
    return nil
  } catch let error as MediaError {
    return error.code
  } catch {
    return nil
  }
}
