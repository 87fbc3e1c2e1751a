import Glibc

/// How loud sound is, by EBU R128.
public struct Loudness: Codable, Sendable, Equatable {
  /// Gated programme loudness in LUFS (ITU-R BS.1770-4); nil for silence and for less than 0.4 s.
  public let integrated: Double?
  /// The loudness range in LU (EBU Tech 3342); nil for less than 3 s or silence.
  public let range: Double?
  /// The greatest loudness of any 0.4 s, in LUFS.
  public let momentaryMaximum: Double?
  /// The greatest value between the samples too, in dBTP (BS.1770-4, Annex 2); nil for silence.
  public let truePeak: Double?

  /// Measures two channels of one length at 48 kHz.
  public init(left: [Float], right: [Float]) {
    self.init(left: left, right: right, peak: TruePeak.measure(left: left, right: right))
  }

  /// Measures sound whose true peak is known.
  init(left: [Float], right: [Float], peak: Float) {
    let steps = KWeighting.power(left: left, right: right)
    let momentary = Self.windows(of: 4, in: steps)
    integrated = Self.integrated(momentary)
    range = Self.range(Self.windows(of: 30, in: steps))
    momentaryMaximum = momentary.max().flatMap { $0 > 0 ? Self.level($0) : nil }
    truePeak = peak > 0 ? 20 * log10(Double(peak)) : nil
  }

  /// LUFS of a K-weighted mean square summed over the channels.
  private static func level(_ power: Double) -> Double { -0.691 + 10 * log10(power) }

  private static func power(_ level: Double) -> Double { pow(10, (level + 0.691) / 10) }

  /// The mean power of every run of `length` steps.
  static func windows(of length: Int, in steps: [Double]) -> [Double] {
    guard steps.count >= length else { return [] }
    return (0...steps.count - length).map { start in
      steps[start..<start + length].reduce(0, +) / Double(length)
    }
  }

  private static func mean(_ values: some Collection<Double>) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  /// What is above -70 LUFS and not more than `units` below the mean of that.
  private static func kept(_ windows: [Double], below units: Double) -> [Double] {
    let heard = windows.filter { $0 >= power(-70) }
    guard let mean = mean(heard) else { return [] }
    return heard.filter { $0 >= mean * pow(10, -units / 10) }
  }

  static func integrated(_ momentary: [Double]) -> Double? { mean(kept(momentary, below: 10)).map(level) }

  static func range(_ windows: [Double]) -> Double? {
    let sorted = kept(windows, below: 20).sorted()
    guard !sorted.isEmpty else { return nil }
    let at = { (part: Double) in level(sorted[Int((Double(sorted.count - 1) * part).rounded())]) }
    return at(0.95) - at(0.1)
  }
}

/// The filter of BS.1770-4 that makes a mean square what the ear calls loud.
enum KWeighting {
  /// 0.1 s at 48 kHz, by which the windows of R128 advance.
  static let stepSamples = 4800

  /// The mean square of each whole step after the filter, the two channels added.
  static func power(left: [Float], right: [Float]) -> [Double] {
    var filters = (KFilter(), KFilter())
    return left.withUnsafeBufferPointer { left in
      right.withUnsafeBufferPointer { right in
        (0..<min(left.count, right.count) / stepSamples).map { step in
          var sum = 0.0
          for index in step * stepSamples..<(step + 1) * stepSamples {
            let a = filters.0.next(Double(left[index]))
            let b = filters.1.next(Double(right[index]))
            sum += a * a + b * b
          }
          return sum / Double(stepSamples)
        }
      }
    }
  }
}

/// The two stages for one channel at 48 kHz, with the coefficients of BS.1770-4, tables 1 and 2.
private struct KFilter {
  private var shelf = (0.0, 0.0)
  private var highPass = (0.0, 0.0)

  @inline(__always)
  mutating func next(_ x: Double) -> Double {
    let y = 1.53512485958697 * x + shelf.0
    shelf.0 = -2.69169618940638 * x + 1.69065929318241 * y + shelf.1
    shelf.1 = 1.19839281085285 * x - 0.73248077421585 * y
    let z = y + highPass.0
    highPass.0 = -2 * y + 1.99004745483398 * z + highPass.1
    highPass.1 = y - 0.99007225036621 * z
    return z
  }
}
