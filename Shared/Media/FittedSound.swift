import Glibc

/// Music made exactly as long as a video and as loud as asked, with the video's own sound in it where it is kept.
struct FittedSound {
  private(set) var left: [Float]
  private(set) var right: [Float]
  /// The largest sample after the volume and before the limiter.
  let peak: Float
  let loudness: Loudness
  let notes: [String]

  /// Up to 0.25 s too much or too little is the padding of an encoder and no reason to loop or to fade for long.
  static let tolerance = 12_000
  /// 1.5 s, or a quarter of a shorter film: how music that is cut goes out.
  static let fadeSamples = 72_000
  /// 20 ms: how sound that ends about where the film does goes out.
  static let shortFadeSamples = 960
  /// 2 s, or a quarter of shorter music: how it goes over into its own beginning.
  static let crossfadeSamples = 96_000

  /// Sound at the place of the film where it is heard.
  struct Placed {
    let left: [Float]
    let right: [Float]
    /// The sample of the film that its first sample is; negative for what lies before the film.
    let offset: Int
  }

  /// Multiplies `music` by `volume`, loops or cuts it to `samples`, lays `own` over it, and limits the sum.
  ///
  /// Music is given away, so that there is one copy of it only.
  init(
    music: consuming (left: [Float], right: [Float])?, own: [Placed] = [], volume: Double, samples: Int
  ) {
    var notes: [String] = []
    var left: [Float]
    var right: [Float]
    if var given = music.take() {
      (left, right) = (given.left, given.right)
      given = ([], [])
      let count = left.count
      Self.fit(&left, gain: Float(volume), samples: samples)
      Self.fit(&right, gain: Float(volume), samples: samples)
      if count > samples + Self.tolerance {
        notes.append("The music was faded out at the end of the video.")
      }
      if count < samples - Self.tolerance {
        notes.append(
          "The music is \(Double(count) / 48_000) s long and was repeated to the end of the video.")
      }
    } else {
      left = [Float](repeating: 0, count: samples)
      right = left
    }
    for sound in own {
      Self.add(sound.left, to: &left, at: sound.offset)
      Self.add(sound.right, to: &right, at: sound.offset)
    }
    peak = max(left.reduce(0) { max($0, abs($1)) }, right.reduce(0) { max($0, abs($1)) })
    let (truePeak, reduction) = Limiter.limit(&left, &right)
    if let reduction {
      let tenths = (reduction * 10).rounded(.up) / 10
      notes.append("The limiter turned peaks down by up to \(tenths) dB, to -1 dBTP.")
    }
    self.left = left
    self.right = right
    loudness = Loudness(left: left, right: right, peak: truePeak)
    self.notes = notes
  }

  private static func fit(_ channel: inout [Float], gain: Float, samples: Int) {
    for index in channel.indices { channel[index] *= gain }
    let excess = channel.count - samples
    if excess < -tolerance {
      loop(&channel, to: samples)
    } else if excess != 0 {
      let fade = excess > tolerance ? fadeSamples : shortFadeSamples
      channel.removeLast(max(0, excess))
      fadeOut(&channel, over: min(fade, channel.count / 4))
      channel.append(contentsOf: repeatElement(0, count: samples - channel.count))
    }
  }

  /// Raised cosine, down to 0 at the last sample.
  private static func fadeOut(_ channel: inout [Float], over length: Int) {
    for index in 0..<length {
      channel[channel.count - 1 - index] *= 0.5 - 0.5 * cosf(Float.pi * Float(index) / Float(length))
    }
  }

  /// Repeats with a crossfade of equal power, and goes out with a fade where the film ends.
  private static func loop(_ channel: inout [Float], to samples: Int) {
    let piece = channel
    let cross = min(crossfadeSamples, piece.count / 4)
    let step = piece.count - cross
    channel = [Float](repeating: 0, count: samples)
    for start in stride(from: 0, to: samples, by: step) {
      for (index, sample) in piece.prefix(samples - start).enumerated() {
        var gain: Float = 1
        if index < cross, start > 0 { gain = sinf(Float.pi / 2 * Float(index) / Float(cross)) }
        if index >= step { gain = cosf(Float.pi / 2 * Float(index - step) / Float(cross)) }
        channel[start + index] += sample * gain
      }
    }
    fadeOut(&channel, over: min(fadeSamples, samples / 4))
  }

  /// Adds a channel with edges of 5 ms, so that nothing clicks where a clip's sound begins or ends.
  private static func add(_ sound: [Float], to channel: inout [Float], at offset: Int) {
    let edge = min(240, sound.count / 2)
    for index in max(0, -offset)..<max(max(0, -offset), min(sound.count, channel.count - offset)) {
      let inside = min(index + 1, sound.count - index, edge)
      channel[offset + index] += sound[index] * (edge > 0 ? Float(inside) / Float(edge) : 1)
    }
  }
}
