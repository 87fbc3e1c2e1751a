import CFFmpeg

/// Small pictures of a film at even distances, side by side in one sheet, and a WebVTT that says which is when.
public struct Filmstrip: Sendable, Equatable {
  /// The pictures in a row of the sheet.
  public static let columns = 10
  /// The most pictures of a sheet.
  public static let maximumCount = 100

  /// The frames from one picture to the next: whole seconds.
  public let interval: Int
  public let count: Int
  /// The size of one picture: 160 pixels on its longer side.
  public let width: Int
  public let height: Int
  private let fps: Int
  private let frameCount: Int

  /// Plans the pictures of a film of at least one frame.
  public init(frameCount: Int, fps: Int, width: Int, height: Int) {
    self.frameCount = frameCount
    self.fps = fps
    interval = max(1, (frameCount + Self.maximumCount * fps - 1) / (Self.maximumCount * fps)) * fps
    count = (frameCount + interval - 1) / interval
    let longer = max(width, height, 1)
    self.width = max(2, width * 160 / longer / 2 * 2)
    self.height = max(2, height * 160 / longer / 2 * 2)
  }

  /// The cues of the sheet that is called `sheet`, one for each picture, by Media Fragments' `xywh`.
  public func webVTT(sheet: String) -> String {
    let cues = (0..<count).map { index in
      let x = index % Self.columns * width
      let y = index / Self.columns * height
      let end = min(frameCount, (index + 1) * interval)
      return """
        \(time(index * interval)) --> \(time(end))
        \(sheet)#xywh=\(x),\(y),\(width),\(height)
        """
    }
    return (["WEBVTT"] + cues).joined(separator: "\n\n") + "\n"
  }

  /// `HH:MM:SS.mmm`.
  private func time(_ frame: Int) -> String {
    let milliseconds = (frame * 1000 + fps / 2) / fps
    let pad = { (number: Int, digits: Int) in
      let text = String(number)
      return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
    let seconds = milliseconds / 1000
    return pad(seconds / 3600, 2) + ":" + pad(seconds / 60 % 60, 2) + ":" + pad(seconds % 60, 2) + "."
      + pad(milliseconds % 1000, 3)
  }

  /// Takes the pictures from `film` and writes the sheet and a poster as JPEG.
  ///
  /// Only key frames are decoded where every interval has one. The poster is the picture with most in it of the
  /// first half, at most 1280 pixels wide.
  public func write(
    from film: String, sheet: String, poster: String, cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) {
    let clip = try ClipScan(film, cancel: cancel)
    guard clip.orientation == .upright, let step = clip.step, clip.shown == frameCount else {
      throw MediaError(.mismatch, "\(film) has not \(frameCount) upright frames of one length.")
    }
    let walk = try KeyframeWalk(clip, interval: interval, cancel: cancel)
    var canvas = Picture(
      width: min(count, Self.columns) * width, height: (count + Self.columns - 1) / Self.columns * height)
    var next = 0
    var last: Picture?
    var best: (score: Double, picture: Picture)?
    while next < count, let time = try walk.advance() {
      guard time >= clip.start, time < clip.end else { continue }
      let index = min(count - 1, Int((time - clip.start) / step) / interval)
      guard index >= next else { continue }
      let small = try Picture(walk.frame, width: width, height: height)
      // What could not be had shows the picture after it.
      for place in next...index { canvas.put(small, column: place % Self.columns, row: place / Self.columns) }
      (next, last) = (index + 1, small)
      let score = small.contrast
      if best == nil || (2 * index <= count && score > 1.1 * (best?.score ?? 0)) {
        let wide = min(1280, walk.frame.width)
        let high = max(2, walk.frame.height * wide / walk.frame.width / 2 * 2)
        best = (score, try Picture(walk.frame, width: wide, height: high))
      }
    }
    // Behind the last frame that could be had, that one.
    if let last {
      for place in next..<count { canvas.put(last, column: place % Self.columns, row: place / Self.columns) }
    }
    guard let best else { throw MediaError(.corrupt, "\(film) has no frame that can be decoded.") }
    try JPEG.write(canvas, to: sheet, quantizer: 5)
    try JPEG.write(best.picture, to: poster)
  }
}

/// A picture that stands for a clip.
public enum Poster {
  /// Writes the key frame nearest before the middle of `clip` as a JPEG of at most `width` pixels.
  public static func write(
    of clip: String, to path: String, width: Int = 480, cancel: CancellationFlag = CancellationFlag()
  ) throws(MediaError) {
    let scan = try ClipScan(clip, cancel: cancel)
    let walk = try KeyframeWalk(scan, interval: nil, cancel: cancel)
    guard try walk.advance() != nil else {
      throw MediaError(.corrupt, "\(clip) has no frame that can be decoded.")
    }
    let wide = min(width, walk.frame.width)
    let high = max(2, walk.frame.height * wide / walk.frame.width / 2 * 2)
    try JPEG.write(Picture(walk.frame, width: wide, height: high).turned(scan.orientation), to: path)
  }
}

/// Decodes key frames, or more where there are too few.
private final class KeyframeWalk {
  let frame: Frame
  private let path: String
  private let container: InputContainer
  private let stream: UnsafeMutablePointer<AVStream>
  private let decoder: Decoder
  private let packet: Packet
  private let onlyKeyframes: Bool
  private var isEnded = false

  /// Walks from the start with at least one frame in every `interval` frames; without one, from the middle.
  init(_ clip: ClipScan, interval: Int?, cancel: CancellationFlag) throws(MediaError) {
    path = clip.path
    container = try InputContainer(clip.path, analysing: false, cancel: cancel)
    stream = try container.only(AVMEDIA_TYPE_VIDEO)
    decoder = try Decoder(of: stream)
    frame = try Frame()
    packet = try Packet()
    var start = clip.start
    if let interval, let step = clip.step {
      let keys = try Self.keyframes(container, stream).map { Int(($0 &- clip.start) / step) / interval }
      onlyKeyframes = Set(keys).count * interval >= clip.shown
    } else {
      onlyKeyframes = interval == nil
      start += (clip.end - clip.start) / 2
    }
    try check(
      av_seek_frame(container.raw, stream.pointee.index, start &- clip.delay, AVSEEK_FLAG_BACKWARD),
      "Could not seek in \(path)")
    decoder.raw.pointee.skip_frame = AVDISCARD_NONREF
  }

  /// Decodes the next frame and returns when it is shown; nil at the end.
  func advance() throws(MediaError) -> Int64? {
    while true {
      switch try decoder.receive(frame) {
      case .ended: return nil
      case .produced:
        try Library.checkSize(width: frame.width, height: frame.height, of: path)
        return frame.raw.pointee.best_effort_timestamp
      case .needsInput where isEnded: return nil
      case .needsInput:
        isEnded = try !container.read(packet, of: stream)
        if !isEnded, onlyKeyframes, packet.raw.pointee.flags & AV_PKT_FLAG_KEY == 0 { continue }
        let code = isEnded ? decoder.sendEnd() : decoder.send(packet)
        guard code >= 0 else { throw MediaError(.corrupt, "\(path) is damaged.", averror: code) }
      }
    }
  }

  /// When the key frames are shown.
  private static func keyframes(
    _ container: InputContainer, _ stream: UnsafeMutablePointer<AVStream>
  ) throws(MediaError) -> [Int64] {
    let packet = try Packet()
    var times: [Int64] = []
    while try container.read(packet, of: stream) {
      if packet.raw.pointee.flags & AV_PKT_FLAG_KEY != 0 { times.append(packet.raw.pointee.pts) }
    }
    return times
  }
}

extension Picture {
  /// Copies a picture into the place of a grid of pictures of its size.
  fileprivate mutating func put(_ picture: Picture, column: Int, row: Int) {
    for y in 0..<picture.height {
      let start = ((row * picture.height + y) * width + column * picture.width) * 3
      let from = y * picture.width * 3
      pixels.replaceSubrange(
        start..<start + picture.width * 3, with: picture.pixels[from..<from + picture.width * 3])
    }
  }

  /// The variance of the green samples: how much there is to see.
  fileprivate var contrast: Double {
    var sum = 0
    var squares = 0
    let count = width * height
    for index in 0..<count {
      let sample = Int(pixels[index * 3 + 1])
      sum += sample
      squares += sample * sample
    }
    return Double(squares) / Double(count) - Double(sum * sum) / Double(count * count)
  }
}
