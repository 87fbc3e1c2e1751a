import Testing

@testable import Media

/// Pictures of 2×3 pixels `a b / c d / e f`, turned as display matrices say (16.16, ISO/IEC 14496-12).
struct OrientationTests {
  @Test(arguments: [
    ([1, 0, 0, 1], "abcdef", 0), ([0, 1, -1, 0], "ecafdb", 90), ([-1, 0, 0, -1], "fedcba", 180),
    ([0, -1, 1, 0], "bdface", 270), ([-1, 0, 0, 1], "badcfe", 180),
  ])
  func storedPixelsLandWhereTheyAreShown(signs: [Int32], shown: String, degrees: Int) {
    let one: Int32 = 65_536
    let matrix = [signs[0] * one, signs[1] * one, 0, signs[2] * one, signs[3] * one, 0, 0, 0, 1 << 30]
    let orientation = Orientation(matrix: matrix)
    #expect(orientation.isSupported)
    #expect(orientation.degrees == degrees)
    let turned = orientation.apply(Array("abcdef".utf8), width: 2, height: 3, size: 1)
    #expect(String(decoding: turned, as: UTF8.self) == shown)
  }

  @Test func turnsByOtherAnglesAreNotSupported() {
    let matrix: [Int32] = [46_341, 46_341, 0, -46_341, 46_341, 0, 0, 0, 1 << 30]
    #expect(!Orientation(matrix: matrix).isSupported)
  }
}
