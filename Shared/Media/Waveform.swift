/// How far sound swings, column by column, and a picture of it.
public struct Waveform: Sendable, Equatable {
  /// The least and the greatest sample of each column, of both channels together.
  public let columns: [ClosedRange<Float>]

  /// Divides two channels of one length into as many columns of time.
  public init(left: [Float], right: [Float], columns count: Int = 1200) {
    columns = (0..<max(1, count)).map { column in
      let samples = column * left.count / count..<(column + 1) * left.count / count
      var least: Float = 0
      var greatest: Float = 0
      for channel in [left, right] {
        for sample in channel[samples] {
          least = min(least, sample)
          greatest = max(greatest, sample)
        }
      }
      return least...greatest
    }
  }

  /// Draws the columns around a middle line: light on dark, one pixel a column, full scale at the edges.
  public func picture(height: Int = 160) -> Picture {
    var picture = Picture(width: columns.count, height: height)
    let middle = Float(height - 1) / 2
    for (x, column) in columns.enumerated() {
      let top = Int((middle - min(1, column.upperBound) * middle).rounded(.down))
      let bottom = Int((middle - max(-1, column.lowerBound) * middle).rounded(.up))
      for y in 0..<height {
        let color: [UInt8] = (top...bottom).contains(y) ? [0x7A, 0xB8, 0xE6] : [0x14, 0x16, 0x1A]
        for channel in 0..<3 { picture.pixels[(y * columns.count + x) * 3 + channel] = color[channel] }
      }
    }
    return picture
  }
}
