import Testing

@testable import Animatic

struct MaskTests {
  private let bounds = Bounds(x: 0, y: 0, width: 40, height: 40)

  @Test func coverageIsTheExactArea() throws {
    let mask = try #require(Mask(.rect(10.25, 5.5, 8.5, 4), in: bounds))
    #expect(abs(sum(mask) - 34) < 0.01)
    #expect(abs(mask.at(10, 7) - 0.75) < 0.001)
    #expect(abs(mask.at(12, 5) - 0.5) < 0.001)
    #expect(mask.at(12, 7) == 1)
  }

  @Test func ellipseHasItsArea() throws {
    let mask = try #require(Mask(.ellipse(20, 20, 12, 7), in: bounds))
    let area: Float = 12 * 7 * .pi
    #expect(abs(sum(mask) - area) < 1)
  }

  @Test func overlappingPartsCoverOnce() throws {
    let both = Path("M5 5 L15 5 L15 15 L5 15 Z") + Path("M10 5 L10 15 L20 15 L20 5 Z")
    let mask = try #require(Mask(both, in: bounds))
    #expect(abs(sum(mask) - 150) < 0.01)
  }

  @Test func whatLiesOutsideIsCutOff() throws {
    let mask = try #require(Mask(.rect(-20, -20, 30, 100), in: bounds))
    #expect(abs(sum(mask) - 400) < 0.01)
    #expect(Mask(.rect(50, 0, 10, 10), in: bounds) == nil)
  }

  @Test func blurKeepsTheSum() throws {
    let mask = try #require(Mask(.rect(16, 16, 8, 8), in: bounds))
    let soft = mask.blurred(3, in: bounds)
    #expect(abs(sum(soft) - 64) < 0.1)
    #expect(soft.at(20, 20) < 0.9)
    #expect(soft.at(20, 13) > 0.02)
  }

  @Test func pathDataIsFlattened() {
    let path = Path("M0 0 C0 1 1 1 1 0 Z M2,0 L3,0 3,1 Z")
    #expect(path.contours.count == 2)
    #expect(path.contours[0].count == 21)
    #expect(path.contours[1] == [Point(2, 0), Point(3, 0), Point(3, 1)])
    #expect(abs((path.contours[0].map(\.y).max() ?? 0) - 0.75) < 0.001)
  }

  private func sum(_ mask: Mask) -> Float { mask.values.reduce(0, +) }
}
