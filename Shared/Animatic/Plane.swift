import Glibc

/// A plane of 8-bit samples, with room after its end for reads in blocks.
struct Plane: Sendable {
  static let slack = 64
  let width: Int
  let height: Int
  private(set) var samples: [UInt8]

  init(width: Int, height: Int, samples: [UInt8]) {
    self.width = width
    self.height = height
    self.samples = samples
    self.samples.reserveCapacity(width * height + Self.slack)
    self.samples += [UInt8](repeating: samples.last ?? 0, count: Self.slack)
  }

  /// What the plane shows when it is slightly out of focus: (1 6 1)/8 both ways.
  ///
  /// The film shows a reference smaller than it is, and what is too fine for it would flicker.
  func softened() -> Plane {
    var across = samples
    var both = samples
    samples.withUnsafeBufferPointer { source in
      across.withUnsafeMutableBufferPointer { target in
        for row in 0..<height {
          let line = row * width
          for x in 1..<max(width - 1, 1) {
            let sum = Int32(source[line + x - 1]) + 6 * Int32(source[line + x]) + Int32(source[line + x + 1])
            target[line + x] = UInt8(truncatingIfNeeded: (sum + 4) >> 3)
          }
        }
      }
    }
    across.withUnsafeBufferPointer { source in
      both.withUnsafeMutableBufferPointer { target in
        for row in 0..<height {
          let above = max(row - 1, 0) * width
          let line = row * width
          let below = min(row + 1, height - 1) * width
          for x in 0..<width {
            let sum = Int32(source[above + x]) + 6 * Int32(source[line + x]) + Int32(source[below + x])
            target[line + x] = UInt8(truncatingIfNeeded: (sum + 4) >> 3)
          }
        }
      }
    }
    return Plane(width: width, height: height, samples: Array(both.prefix(width * height)))
  }
}

/// The part of a picture that has the wanted shape, resampled to a size with a Lanczos filter.
struct Resampler {
  private let taps: [[(index: Int, weight: Float)]]

  /// `length` samples from `from..<to` of a line of `count`.
  init(count: Int, from: Double, to: Double, length: Int) {
    let scale = (to - from) / Double(length)
    let reach = 3 * max(scale, 1)
    taps = (0..<length).map { index in
      let centre = from + (Double(index) + 0.5) * scale - 0.5
      var weights: [(Int, Float)] = []
      for source in Int((centre - reach).rounded(.up))...Int((centre + reach).rounded(.down)) {
        let t = (Double(source) - centre) / max(scale, 1)
        let weight = t == 0 ? 1 : 3 * sin(.pi * t) * sin(.pi * t / 3) / (.pi * .pi * t * t)
        weights.append((min(max(source, 0), count - 1), Float(weight)))
      }
      let sum = weights.reduce(0) { $0 + $1.1 }
      return weights.map { (index: $0.0, weight: $0.1 / sum) }
    }
  }

  /// Resamples `rows` lines of samples that lie `stride` apart, into lines of the new length.
  func lines(_ source: [UInt8], rows: Int, count: Int) -> [UInt8] {
    let length = taps.count
    return [UInt8](unsafeUninitializedCapacity: rows * length) { target, filled in
      source.withUnsafeBufferPointer { source in
        for row in 0..<rows {
          for (index, taps) in taps.enumerated() {
            var sum: Float = 0.5
            for tap in taps { sum += Float(source[row * count + tap.index]) * tap.weight }
            target[row * length + index] = UInt8(min(max(sum, 0), 255))
          }
        }
      }
      filled = rows * length
    }
  }

  /// The same for columns: each new row is a mixture of whole rows.
  func columns(_ source: [UInt8], count width: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: taps.count * width) { target, filled in
      source.withUnsafeBufferPointer { source in
        var sums = [Float](repeating: 0, count: width)
        for (row, taps) in taps.enumerated() {
          for x in 0..<width { sums[x] = 0.5 }
          for tap in taps {
            let line = tap.index * width
            for x in 0..<width { sums[x] += Float(source[line + x]) * tap.weight }
          }
          for x in 0..<width { target[row * width + x] = UInt8(min(max(sums[x], 0), 255)) }
        }
      }
      filled = taps.count * width
    }
  }
}

extension Plane {
  /// The middle of a plane in the shape of the new size, resampled to it.
  ///
  /// `offset` says where a sample sits in its cell from the left, 0.5 being the middle: chroma lies at 0.25.
  func covering(width newWidth: Int, height newHeight: Int, offset: Double = 0.5) -> Plane {
    if newWidth == width, newHeight == height { return self }
    let share = min(Double(width) / Double(newWidth), Double(height) / Double(newHeight))
    let partWidth = share * Double(newWidth)
    let partHeight = share * Double(newHeight)
    let left = (Double(width) - partWidth) / 2 + (share - 1) * (offset - 0.5)
    let top = (Double(height) - partHeight) / 2
    let across = Resampler(count: width, from: left, to: left + partWidth, length: newWidth)
    let down = Resampler(count: height, from: top, to: top + partHeight, length: newHeight)
    let wide = across.lines(samples, rows: height, count: width)
    return Plane(width: newWidth, height: newHeight, samples: down.columns(wide, count: newWidth))
  }
}
