import Contracts
import Testing

@testable import Planner

struct PromptReadingTests {
  @Test(arguments: [
    ("A red vintage car crosses the desert at dusk", "red vintage car", SubjectKind.car),
    ("Two old friends drink coffee in a small cafe", "old friends", .person),
    ("An ad for a new perfume bottle on a marble table", "perfume bottle", .bottle),
    ("In a quiet forest a young fox runs through the snow", "young fox", .animal),
    ("A lonely lighthouse on a cliff in a storm", "lonely lighthouse", .lighthouse),
    ("A woman walks her dog through the city", "woman", .person),
    ("Snowy mountains at dawn", "snowy mountains", .mountain),
    ("A sailboat on a calm sea with mountains behind it", "sailboat", .boat),
    ("NASA astronauts on the moon", "NASA astronauts", .person),
  ])
  func theSubjectIsReadWithItsKind(prompt: String, subject: String, kind: SubjectKind) {
    let reading = PromptReading(prompt)
    #expect(reading.subject == subject)
    #expect(reading.subjectKind == kind)
  }

  @Test func anUnknownSubjectIsStillNamed() {
    #expect(PromptReading("A translucent zeppelin drifts over the harbor").subject == "translucent zeppelin")
    #expect(PromptReading("🚗🌵").subject == nil)
  }

  @Test(
    arguments: [
      ("A red vintage car crosses the desert at dusk", Setting.desert, TimeOfDay.dusk),
      ("A car on a desert road at sunrise", .desert, .dawn), ("A cat in a kitchen", .interior, nil),
      ("A boat on the ocean at midnight", .sea, .night), ("A fox", nil, nil),
      ("Skyline of a city", .city, nil),
    ] as [(String, Setting?, TimeOfDay?)])
  func placeAndTimeAreRead(prompt: String, setting: Setting?, time: TimeOfDay?) {
    let reading = PromptReading(prompt)
    #expect(reading.setting == setting)
    #expect(reading.timeOfDay == time)
  }

  @Test func coloursAreReadAndTheSubjectKnowsItsOwn() throws {
    let reading = PromptReading("A red car in front of a teal wall")
    #expect(reading.subjectColor == "#c8332b")
    #expect(reading.colors == ["#c8332b", "#1f8a8a"])
    let palette = try #require(reading.partial(usual: .day).style?.palette)
    #expect(palette.count == 5 && palette.contains("#c8332b") && palette.contains("#1f8a8a"))
    let lumas = palette.compactMap { Color($0)?.luma }
    #expect(lumas.count == 5 && lumas == lumas.sorted())
  }

  @Test(
    arguments: [
      ("a calm, slow film", "calm", "slow", 70),
      ("energetic hip-hop at 140-150 BPM", "energetic", "fast", 145),
      ("a film", nil, nil, nil), ("route 66, a 90 year old man", nil, nil, nil),
    ] as [(String, String?, String?, Int?)])
  func moodAndTempoAreRead(prompt: String, mood: String?, tempo: String?, bpm: Int?) {
    let reading = PromptReading(prompt)
    #expect(reading.mood == mood)
    #expect(reading.tempo?.name == tempo)
    #expect(reading.tempo?.bpm == bpm)
  }

  @Test(
    arguments: [
      ("a hip-hop dancer", "hip-hop"), ("with electronic music", "electronic"), ("an electronic device", nil),
      ("a rock in the sea", nil), ("ambient light", "ambient"), ("hip hop", "hip-hop"),
    ] as [(String, String?)])
  func aMusicStyleIsReadWhereMusicIsMeant(prompt: String, style: String?) {
    #expect(PromptReading(prompt).musicStyle == style)
  }

  @Test(
    arguments: [
      ("A bottle of “Aurora Nº 5” on marble", "Aurora Nº 5"),
      ("A phone called Nova One in a hand", "Nova One"),
      ("A phone in a hand", nil),
    ] as [(String, String?)])
  func aProductNameIsRead(prompt: String, name: String?) {
    #expect(PromptReading(prompt).productName == name)
  }
}

struct AdReadingTests {
  @Test(arguments: [
    "An ad for shoes", "Create an AD.", "a 30s commercial", "TV-style advert, bold", "an advertisement",
    "Promo for a cafe", "ad: new phone", "(commercial) for tea", "two ads", "an “ad” for soap",
    "a commercial about a plane",
  ])
  func anAdIsRecognised(prompt: String) { #expect(PromptReading(prompt).describesAd) }

  @Test(arguments: [
    "An adventure in the shadow", "A lad reads", "address", "A commercial airplane lands", "Rome in AD 79",
    "79 AD, Pompeii", "an ad hoc band", "ad-free radio", "this is not an ad", "no ads, only a fox",
    "promontory", "badge", "A red vintage car crosses the desert at dusk", "",
  ])
  func otherPromptsAreNone(prompt: String) { #expect(!PromptReading(prompt).describesAd) }
}

struct TemplateTests {
  @Test(arguments: [
    ("An ad for a perfume bottle", "product_showcase"), ("A family picnic with friends", "lifestyle_story"),
    ("We are launching our company", "brand_announcement"), ("A singer dances to her song", "music_video"),
    ("Explain how a heat pump works", "explainer"), ("A wild fox in the forest", "nature_film"),
    ("A red vintage car crosses the desert at dusk", "single_take"), ("🚗", "single_take"),
  ])
  func theTemplateFollowsThePrompt(prompt: String, id: String) {
    #expect(Template.fitting(PromptReading(prompt)).id == id)
  }

  @Test func anExplicitTemplateWins() throws {
    let request = VideoRequest(prompt: "A wild fox in the forest", template: "explainer")
    #expect(try TemplatePlanWriter().plan(request).template == "explainer")
  }

  @Test func theTemplatesOfTheIssueAreThere() {
    let ids = [
      "product_showcase", "lifestyle_story", "brand_announcement", "music_video", "explainer", "nature_film",
    ]
    #expect(Array(Template.all.map(\.id).prefix(6)) == ids)
    #expect(Set(Template.all.map(\.id)).count == Template.all.count)
    for template in Template.all {
      #expect(template.beats.allSatisfy { $0.weight > 0 && !$0.actions.isEmpty && !$0.title.isEmpty })
      #expect(template.defaults.style.palette.allSatisfy { Color($0) != nil })
      #expect(Tempo.range.contains(template.defaults.audio.bpm))
    }
  }
}
