import CFFmpeg
import Glibc

/// What a finished film really is: read, decoded to its end, looked at and listened to.
public struct FilmInspection: Sendable, Equatable {
  /// What the header says.
  public let info: MediaInfo
  /// The frames that the file's packets show.
  public let frameCount: Int
  /// The frames that could be decoded without an error.
  public let decodedFrames: Int
  /// What is wrong with the rest, in a sentence.
  public let damage: String?
  /// The frame rate; nil when frames differ in length.
  public let constantRate: Rational?
  /// Frames of nothing but black, in runs, numbered from 0.
  public let black: [Range<Int>]
  /// Frames that look like the first of their run, in runs of at least two; slow movement makes short ones.
  public let frozen: [Range<Int>]
  /// Nil without sound.
  public let sound: Sound?

  /// What is heard.
  public struct Sound: Sendable, Equatable {
    /// The samples at 48 kHz from the first one that is heard, at most one block of the codec too many.
    public let sampleCount: Int
    public let loudness: Loudness
    public let waveform: Waveform
  }

  /// Decodes the whole of `path` once.
  ///
  /// Damage is part of the answer; it throws for what is no media at all, and for a file that cannot be read.
  public static func inspect(
    _ path: String, cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) -> FilmInspection {
    let info = try Probe.probe(path, cancel: cancel)
    let scan = try ClipScan(path, cancel: cancel)
    var watch = PictureWatch()
    let damage = try watch.watch(path, expecting: scan.shown, cancel)
    var sound: Sound?
    if !info.audios.isEmpty {
      let (left, right) = try AudioReader.readFloat(path, cancel: cancel)
      sound = Sound(
        sampleCount: left.count, loudness: Loudness(left: left, right: right),
        waveform: Waveform(left: left, right: right))
    }
    return FilmInspection(
      info: info, frameCount: scan.shown, decodedFrames: watch.count, damage: damage, constantRate: scan.fps,
      black: watch.black, frozen: watch.frozen, sound: sound)
  }
}

/// Looks at the frames of a film, one after the other.
private struct PictureWatch {
  private(set) var count = 0
  private(set) var black: [Range<Int>] = []
  private(set) var frozen: [Range<Int>] = []
  /// The first picture that looks like the present one, and its number.
  private var still: [UInt8] = []
  private var stillSince = 0

  /// Up to ten levels above black count as black, as noise and dither reach there.
  private static let blackLevel: UInt8 = 26
  /// Every eighth row is enough to tell.
  private static let rows = 8

  /// Decodes a film to its end and returns what stopped it before, if something did.
  mutating func watch(
    _ path: String, expecting frames: Int, _ cancel: CancellationFlag
  ) throws(MediaError) -> String? {
    let reader = try ClipReader(path, threads: 1, cancel: cancel)
    defer { endRun() }
    do throws(MediaError) {
      while try reader.advance() {
        let raw = reader.decoded.raw
        guard raw.pointee.decode_error_flags == 0, raw.pointee.flags & AV_FRAME_FLAG_CORRUPT == 0 else {
          return "Frame \(count) is damaged."
        }
        look(at: reader.decoded)
      }
    } catch {
      guard error.code == .corrupt else { throw error }
      return "The film cannot be decoded beyond frame \(count)."
    }
    return count == frames ? nil : "\(count) of \(frames) frames can be decoded."
  }

  private mutating func look(at frame: borrowing Frame) {
    let luma = frame.luma(every: Self.rows)
    if Self.darkCount(luma) * 100 >= luma.count * 98 {
      if let last = black.last, last.upperBound == count {
        black[black.count - 1] = last.lowerBound..<count + 1
      } else {
        black.append(count..<count + 1)
      }
    }
    if still.count != luma.count || Self.differs(still, luma) {
      endRun()
      still = luma
      stillSince = count
    }
    count += 1
  }

  private static func darkCount(_ luma: [UInt8]) -> Int {
    luma.withUnsafeBufferPointer { luma in
      var dark: UInt32 = 0
      for sample in luma { dark &+= sample <= blackLevel ? 1 : 0 }
      return Int(dark)
    }
  }

  private mutating func endRun() {
    if count - stillSince >= 2 { frozen.append(stillSince..<count) }
  }

  /// Whether two pictures are more than one encoded twice: everywhere a little, or somewhere clearly.
  ///
  /// A key frame changes the noise of encoding by less than a level; a small thing that moves is six in its place.
  private static func differs(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var total = 0
        for start in stride(from: 0, to: a.count, by: 32) {
          var sum: Int32 = 0
          let end = min(start + 32, a.count)
          for index in start..<end { sum &+= abs(Int32(a[index]) &- Int32(b[index])) }
          if Int(sum) > 6 * (end - start) { return true }
          total += Int(sum)
        }
        return total > a.count
      }
    }
  }
}

extension Frame {
  /// Every `step`th row of luma.
  fileprivate borrowing func luma(every step: Int) -> [UInt8] {
    guard let start = cffmpeg_plane(raw, 0) else { return [] }
    let stride = Int(cffmpeg_stride(raw, 0))
    let width = width
    let rows = (height + step - 1) / step
    return [UInt8](unsafeUninitializedCapacity: width * rows) { buffer, count in
      for row in 0..<rows {
        guard let target = buffer.baseAddress else { break }
        memcpy(target + row * width, start + row * step * stride, width)
      }
      count = width * rows
    }
  }
}
