import Contracts
import FoundationEssentials
import Testing

@Suite struct MoneyValues {
  @Test(arguments: [
    ("0.190000", 190_000), ("0.19", 190_000), ("12", 12_000_000), ("0.000001", 1), ("-1.5", -1_500_000),
    ("999999999.999999", 999_999_999_999_999),
  ])
  func amountsAreReadExactly(text: String, micros: Int) {
    #expect(MicroDollars(text)?.micros == micros)
  }

  @Test(arguments: [
    "", ".", "1.", ".5", "1.0000001", "1e3", "1,5", "+1", "0x1", "--1", "1 ", "9999999999", "１",
  ])
  func whatIsNoAmountIsRefused(text: String) {
    #expect(MicroDollars(text) == nil)
  }

  @Test(arguments: [0, 1, -1, 190_000, -1_500_000, 123_456_789_012])
  func anAmountSurvivesBeingWritten(micros: Int) {
    #expect(MicroDollars(MicroDollars(micros).description)?.micros == micros)
  }
}

@Suite struct IdentifierValues {
  /// The example of RFC 9562, appendix A.4.
  @Test func nameBasedIdsFollowTheStandard() throws {
    let dns = try #require(UUID(uuidString: "6ba7b810-9dad-11d1-80b4-00c04fd430c8"))
    #expect(
      UUID(namespace: dns, name: "www.example.com").uuidString.lowercased()
        == "2ed6657d-e927-568b-95e1-2665a8aea6a2")
  }

  @Test func theIdOfAStepDependsOnRunKeyAndGeneration() {
    let run = RunID.random()
    let id = TaskID(run: run, step: .chunk(1), generation: 1)
    #expect(id == TaskID(run: run, step: .chunk(1), generation: 1))
    #expect(id != TaskID(run: run, step: .chunk(1), generation: 2))
    #expect(id != TaskID(run: run, step: .chunk(11), generation: 1))
    #expect(id != TaskID(run: .random(), step: .chunk(1), generation: 1))
  }

  @Test(arguments: ["plan", "reference", "chunk.0", "chunk.14", "stitch", "music", "mix"])
  func everyStepKeySurvivesBeingWritten(name: String) {
    #expect(StepKey(rawValue: name)?.rawValue == name)
  }

  @Test(arguments: ["", "chunk", "chunk.", "chunk.-1", "chunk.x", "chunk.1.5", "Plan", "animatic"])
  func whatIsNoStepIsRefused(name: String) {
    #expect(StepKey(rawValue: name) == nil)
  }
}

@Suite struct TimeValues {
  @Test func timesCarryMillisecondsInUTC() throws {
    let date = Date(timeIntervalSince1970: 1_795_246_020.25)
    #expect(JSON.text(date) == "2026-11-21T07:27:00.250Z")
    #expect(JSON.date("2026-11-21T07:27:00.250Z") == date)
    #expect(JSON.date("2026-11-21T08:27:00+01:00") == Date(timeIntervalSince1970: 1_795_246_020))
    #expect(JSON.date("yesterday") == nil)
  }

  @Test func timeThatWasReadIsWrittenAsItWas() throws {
    for milliseconds in 0..<1000 {
      let text = JSON.text(Date(timeIntervalSince1970: 1_795_246_020 + Double(milliseconds) / 1000))
      #expect(JSON.text(try #require(JSON.date(text))) == text)
      #expect(text.suffix(4).dropLast() == String(String(1000 + milliseconds).suffix(3)))
    }
  }
}
