import Contracts
import Media
import Testing

@testable import Animatic

struct StoryboardTests {
  @Test func sameSpecDrawsTheSameSamples() {
    #expect(
      Storyboard.draw(plan(), width: 96, height: 54).pixels
        == Storyboard.draw(plan(), width: 96, height: 54).pixels)
  }

  @Test func anotherSeedDrawsAnotherPicture() {
    #expect(
      Storyboard.draw(plan(seed: 1), width: 96, height: 54).pixels
        != Storyboard.draw(plan(seed: 2), width: 96, height: 54).pixels)
  }

  @Test(arguments: SubjectKind.allCases)
  func everySubjectStandsInEverySetting(_ subject: SubjectKind) {
    for (index, setting) in Setting.allCases.enumerated() {
      let time = TimeOfDay.allCases[index % 4]
      let picture = Storyboard.draw(
        plan(subject: subject, setting: setting, time: time), width: 64, height: 36)
      #expect(picture.pixels.count == 64 * 36 * 3)
      #expect(spread(picture) > 12, "\(subject) in \(setting) at \(time) is nearly flat")
    }
  }

  @Test(arguments: TimeOfDay.allCases)
  func subjectIsSeen(_ time: TimeOfDay) {
    let car = Storyboard.draw(plan(subject: .car, time: time), width: 96, height: 54)
    let bird = Storyboard.draw(plan(subject: .bird, time: time), width: 96, height: 54)
    #expect(difference(car, bird) > 3)
  }

  @Test func nightIsDarkerThanDay() {
    let day = Storyboard.draw(plan(setting: .meadow, time: .day), width: 96, height: 54)
    let night = Storyboard.draw(plan(setting: .meadow, time: .night), width: 96, height: 54)
    #expect(mean(night) < mean(day) * 0.6)
  }

  @Test func paletteTunesThePicture() {
    let red = Storyboard.draw(plan(palette: ["#200808", "#a03030", "#ffd0c0"]), width: 96, height: 54)
    let blue = Storyboard.draw(plan(palette: ["#080820", "#3030a0", "#c0d0ff"]), width: 96, height: 54)
    #expect(channel(red, 0) - channel(red, 2) > channel(blue, 0) - channel(blue, 2) + 20)
  }

  @Test(arguments: [["nonsense"], ["#12345"], ["#gggggg", ""], []])
  func unreadablePaletteIsLeftOut(_ palette: [String]) {
    #expect(
      Storyboard.draw(plan(palette: palette), width: 64, height: 36).pixels
        == Storyboard.draw(plan(), width: 64, height: 36).pixels)
  }

  @Test(arguments: [(36, 64), (64, 64), (1, 1), (65, 37), (128, 16)])
  func anyShapeIsDrawn(_ width: Int, _ height: Int) {
    let picture = Storyboard.draw(plan(subject: .lighthouse, setting: .sea), width: width, height: height)
    #expect(picture.pixels.count == width * height * 3)
  }

  @Test func referenceIsHalfAsLargeAgain() {
    #expect(Storyboard.referenceSize(forOutput: 1280, 720) == (1920, 1080))
    #expect(Storyboard.referenceSize(forOutput: 854, 480) == (1282, 720))
  }

  private func spread(_ picture: Picture) -> Double {
    let average = mean(picture)
    let sum = picture.pixels.reduce(0.0) { $0 + (Double($1) - average) * (Double($1) - average) }
    return (sum / Double(picture.pixels.count)).squareRoot()
  }

  private func mean(_ picture: Picture) -> Double {
    Double(picture.pixels.reduce(0) { $0 + Int($1) }) / Double(picture.pixels.count)
  }

  private func channel(_ picture: Picture, _ index: Int) -> Double {
    let values = stride(from: index, to: picture.pixels.count, by: 3).map { Double(picture.pixels[$0]) }
    return values.reduce(0, +) / Double(values.count)
  }

  private func difference(_ a: Picture, _ b: Picture) -> Double {
    Double(zip(a.pixels, b.pixels).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) }) / Double(a.pixels.count)
  }
}
