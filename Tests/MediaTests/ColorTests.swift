import Media
import Testing

struct ColorTests {
  @Test(arguments: [
    ([255, 0, 0], [63, 102, 240]), ([0, 255, 0], [173, 42, 26]), ([0, 0, 255], [32, 240, 118]),
    ([255, 255, 255], [235, 128, 128]), ([0, 0, 0], [16, 128, 128]), ([128, 128, 128], [126, 128, 128]),
  ])
  func colorsHaveTheirBT709Values(rgb: [Int], yuv: [Int]) throws {
    let pixels = Array(repeatElement(rgb.map(UInt8.init), count: 32 * 32).joined())
    let frame = try Frame420(Picture(width: 32, height: 32, pixels: pixels))
    #expect([frame.y[500], frame.u[100], frame.v[100]].map(Int.init) == yuv)
    let back = try Picture(frame).pixels[1500..<1503]
    #expect(zip(back, rgb).allSatisfy { abs(Int($0) - $1) <= 1 })
  }

  @Test func lumaIsWhatBT709SaysWithoutBias() throws {
    let picture = Scene().picture(5)
    let frame = try Frame420(picture)
    var exact = 0.0
    for pixel in 0..<(picture.width * picture.height) {
      let rgb = (0..<3).map { Double(picture.pixels[pixel * 3 + $0]) }
      exact += 16 + 219 * (0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]) / 255
    }
    #expect(abs(frame.meanLuma - exact / Double(frame.y.count)) < 0.05)
  }

  @Test func sixGenerationsOverPNGDoNotDrift() throws {
    let first = try Frame420(Scene().picture(3))
    var frame = first
    for _ in 0..<6 { frame = try Frame420(PNG.decode(PNG.encode(Picture(frame)))) }
    #expect(abs(frame.meanLuma - first.meanLuma) < 0.1)
    for (a, b) in [(frame.u, first.u), (frame.v, first.v)] {
      let mean = zip(a, b).reduce(0) { $0 + Int($1.0) - Int($1.1) }
      #expect(abs(Double(mean)) / Double(a.count) < 0.2)
    }
    #expect(frame.likeness(to: first) > 45)
  }

  @Test(arguments: [(33, 17), (1, 1), (2, 5)])
  func oddSizesConvertBothWays(width: Int, height: Int) throws {
    let picture = Picture(
      width: width, height: height, pixels: [UInt8](repeating: 200, count: width * height * 3))
    let back = try Picture(Frame420(picture))
    #expect(back.width == width && back.height == height)
    #expect(back.pixels.allSatisfy { abs(Int($0) - 200) <= 1 })
  }
}
