import Glibc

/// How alike two planes of 8-bit samples of one size are.
enum Likeness {
  /// What identical planes get, in decibels.
  static let identical = 100.0

  /// The peak signal-to-noise ratio in decibels, at most `identical`.
  static func psnr(_ a: [UInt8], _ b: [UInt8]) -> Double {
    let error = a.withUnsafeBufferPointer { a in
      b.withUnsafeBufferPointer { b in
        var total = 0
        // Rows of a size whose squares fit into 32 bits, which processors add in parallel.
        for start in stride(from: 0, to: min(a.count, b.count), by: 4096) {
          var sum: UInt32 = 0
          for index in start..<min(start + 4096, a.count, b.count) {
            let difference = Int32(a[index]) &- Int32(b[index])
            sum &+= UInt32(bitPattern: difference &* difference)
          }
          total += Int(sum)
        }
        return total
      }
    }
    guard error > 0 else { return identical }
    return min(identical, 10 * log10(255 * 255 * Double(a.count) / Double(error)))
  }

  static func mean(_ plane: [UInt8]) -> Double {
    Double(plane.reduce(0) { $0 + Int($1) }) / Double(max(1, plane.count))
  }

  /// The structural similarity of Wang and others (2004: 11×11 Gaussian, sigma 1.5), 1 for identical planes.
  ///
  /// The mean over all windows that lie wholly inside; 1 for planes that are smaller than one window.
  static func ssim(_ a: [UInt8], _ b: [UInt8], width: Int, height: Int) -> Double {
    guard width >= window, height >= window else { return psnr(a, b) >= identical ? 1 : 0 }
    var columns = Moments(count: width)
    var sums = Moments(count: width - window + 1)
    let (first, second) = (a.map(Float.init), b.map(Float.init))
    var total = 0.0
    for y in 0...height - window {
      columns.blurColumns(first, second, from: y * width, stride: width)
      sums.blurRow(of: columns)
      total += sums.similarity
    }
    return total / Double((width - window + 1) * (height - window + 1))
  }

  static let window = 11
  static let kernel: [Float] = {
    let weights = (0..<window).map { expf(-powf(Float($0 - window / 2), 2) / (2 * 1.5 * 1.5)) }
    let sum = weights.reduce(0, +)
    return weights.map { $0 / sum }
  }()
}

/// The weighted means of two rows, of their squares and of their product.
private struct Moments {
  private var a: [Float]
  private var b: [Float]
  private var aa: [Float]
  private var bb: [Float]
  private var ab: [Float]

  init(count: Int) {
    a = [Float](repeating: 0, count: count)
    (b, aa, bb, ab) = (a, a, a, a)
  }

  private mutating func clear() {
    for index in a.indices { a[index] = 0 }
    (b, aa, bb, ab) = (a, a, a, a)
  }

  /// Weighs the samples above each other, eleven rows from `start` on.
  mutating func blurColumns(_ first: [Float], _ second: [Float], from start: Int, stride: Int) {
    clear()
    first.withUnsafeBufferPointer { first in
      second.withUnsafeBufferPointer { second in
        withRows { a, b, aa, bb, ab in
          for (tap, weight) in Likeness.kernel.enumerated() {
            let row = start + tap * stride
            for x in 0..<a.count {
              let (p, q) = (first[row + x], second[row + x])
              let (wp, wq) = (weight * p, weight * q)
              a[x] += wp
              b[x] += wq
              aa[x] += wp * p
              bb[x] += wq * q
              ab[x] += wp * q
            }
          }
        }
      }
    }
  }

  /// Weighs neighbours in the rows that `columns` left.
  mutating func blurRow(of columns: Moments) {
    clear()
    Self.blur(columns.a, into: &a)
    Self.blur(columns.b, into: &b)
    Self.blur(columns.aa, into: &aa)
    Self.blur(columns.bb, into: &bb)
    Self.blur(columns.ab, into: &ab)
  }

  private static func blur(_ source: [Float], into target: inout [Float]) {
    source.withUnsafeBufferPointer { source in
      target.withUnsafeMutableBufferPointer { target in
        for (tap, weight) in Likeness.kernel.enumerated() {
          for x in 0..<target.count { target[x] += weight * source[x + tap] }
        }
      }
    }
  }

  private mutating func withRows(
    _ body: (
      UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Float>,
      UnsafeMutableBufferPointer<Float>, UnsafeMutableBufferPointer<Float>
    ) -> Void
  ) {
    a.withUnsafeMutableBufferPointer { a in
      b.withUnsafeMutableBufferPointer { b in
        aa.withUnsafeMutableBufferPointer { aa in
          bb.withUnsafeMutableBufferPointer { bb in
            ab.withUnsafeMutableBufferPointer { ab in body(a, b, aa, bb, ab) }
          }
        }
      }
    }
  }

  /// The sum of the similarities of all windows of the row, with the paper's constants for 8 bits.
  var similarity: Double {
    let c1: Float = 6.5025
    let c2: Float = 58.5225
    var total: Float = 0
    for x in a.indices {
      let means = a[x] * b[x]
      let squares = a[x] * a[x] + b[x] * b[x]
      let luminance = (2 * means + c1) / (squares + c1)
      let structure = (2 * (ab[x] - means) + c2) / (aa[x] + bb[x] - squares + c2)
      total += luminance * structure
    }
    return Double(total)
  }
}
