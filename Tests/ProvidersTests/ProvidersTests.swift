import Contracts
import FoundationEssentials
import Providers
import Testing

struct ModelCatalogueTests {
  private let catalogue = ModelCatalogue.standard

  @Test(
    arguments: [
      (30.0, 5.0, 6), (30, 2, 15), (10, 5, 2), (5, 5, 1), (5.04, 5, 2), (1, 5, 1), (300, 5, 60),
      (0.3, 0.1, 3),
      (899.0 / 30, 5, 6), (30.000_000_1, 5, 6), (30.000_01, 5, 7),
    ] as [(Double, Double, Int)])
  func aFilmNeedsAsManyChunksAsCoverIt(seconds: Double, chunk: Double, expected: Int) throws {
    var model = try #require(catalogue.model(named: "animatic"))
    model.actualChunkDuration = chunk
    #expect(model.chunkCount(durationSeconds: seconds) == expected)
  }

  @Test(arguments: [
    ("hailuo", "minimax/hailuo-2.3-fast"), ("wan", "wavespeedai/wan-2.1-i2v-480p"),
    ("wan-2.1-480p", "wavespeedai/wan-2.1-i2v-480p"), ("zeroscope", "anotherjesse/zeroscope-v2-xl"),
    ("animatediff", "lucataco/animate-diff"), ("animatic", "animatic"), ("musicgen", "meta/musicgen"),
  ])
  func aModelIsFoundByItsAlias(alias: String, id: String) {
    #expect(catalogue.model(named: alias)?.id == id)
  }

  @Test func theLocalModelsAreTheDefaultsAndFree() throws {
    for kind in [Model.Kind.plan, .image, .video, .music] {
      let model = try #require(catalogue.defaultModel(kind))
      #expect(model.provider == "local" && model.available)
      #expect(model.cost(clips: 60) == .zero && model.price?.confirmed == true)
    }
    #expect(catalogue.defaultModel(.video)?.id == "animatic")
  }

  @Test func everyModelThatCannotBeUsedSaysWhy() {
    for model in catalogue.models where !model.available { #expect(model.reason?.isEmpty == false) }
    #expect(catalogue.model(named: "runway")?.reason?.contains("Gen-2") == true)
    #expect(catalogue.models.filter(\.available).allSatisfy { $0.provider == "local" })
  }

  @Test(arguments: [
    (AspectRatio.wide, 1280, 720), (.tall, 720, 1280), (.square, 720, 720),
  ])
  func theAnimaticHasTheSizeOfTheAspectRatio(aspectRatio: AspectRatio, width: Int, height: Int) throws {
    let model = try #require(catalogue.model(named: "animatic"))
    #expect(model.size(aspectRatio) == (width, height))
    #expect(model.fps == 30 && model.actualChunkDuration == 5)
  }

  @Test func theSketchIsSmallAndMadeOfManyChunks() throws {
    let model = try #require(catalogue.model(named: "sketch"))
    #expect(model.size(.tall) == (180, 320) && model.chunkCount(durationSeconds: 30) == 15)
    #expect(model.available && model.cost(clips: 60) == .zero)
  }

  @Test func aProviderWithoutAModelMeansItsFirst() {
    #expect(catalogue.defaultModel(.video, provider: "local")?.id == "animatic")
    #expect(catalogue.defaultModel(.video, provider: "replicate")?.id == "minimax/hailuo-2.3-fast")
    #expect(catalogue.defaultModel(.video, provider: "nobody") == nil)
  }

  @Test func everyFallbackModelTakesNoImage() throws {
    for name in catalogue.models.compactMap(\.fallbackModel) {
      #expect(try #require(catalogue.model(named: name)).takesNoImage)
    }
  }

  @Test(arguments: [
    #"{"defaults":{},"models":[\#(row("a")),\#(row("a"))]}"#,
    #"{"defaults":{"video":"b"},"models":[\#(row("a"))]}"#,
    #"{"defaults":{"music":"a"},"models":[\#(row("a"))]}"#,
  ])
  func aCatalogueThatContradictsItselfIsRefused(json: String) {
    #expect(throws: CatalogueError.self) { try ModelCatalogue(json: Data(json.utf8)) }
  }

  @Test func pricesOfClipsAndSecondsAddUp() throws {
    #expect(try #require(catalogue.model(named: "wan")).cost(clips: 6) == MicroDollars(2_700_000))
    #expect(try #require(catalogue.model(named: "veo")).cost(clips: 2) == MicroDollars(6_400_000))
    #expect(try #require(catalogue.model(named: "zeroscope")).cost(clips: 2) == nil)
  }

  @Test func aDescriptionHasEveryMemberOfTheInterface() throws {
    let data = try JSON.encode(catalogue.descriptions)
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains(#""isDefault":true"#) && text.contains(#""reason":null"#))
    #expect(try JSON.decode([ModelDescription].self, from: data) == catalogue.descriptions)
  }
}

private func row(_ id: String) -> String {
  """
  {"id":"\(id)","aliases":[],"provider":"p","kind":"video","durations":[],"durationControllable":false,\
  "takesFirstFrame":false,"takesLastFrame":false,"takesNoImage":true,"maxReferenceAssets":0,\
  "available":true,"inputs":{}}
  """
}

struct RequestCheckTests {
  private func pointers(_ request: VideoRequest) -> [String] {
    ModelCatalogue.standard.faults(in: request).map(\.pointer)
  }

  @Test func aPlainRequestHasNoFault() { #expect(pointers(VideoRequest(prompt: "A red car")) == []) }

  @Test(arguments: ["", "   ", "\n\t", "\u{0}\u{1}", "\u{200B}\u{FEFF}"])
  func aPromptThatSaysNothingIsRefused(prompt: String) {
    #expect(pointers(VideoRequest(prompt: prompt)) == ["/prompt"])
  }

  @Test(arguments: [(4000, 0), (4001, 1)])
  func aPromptHasAtMostFourThousandCodePoints(count: Int, faults: Int) {
    #expect(pointers(VideoRequest(prompt: String(repeating: "é", count: count))).count == faults)
    let combining = "a" + String(repeating: "\u{301}", count: count - 1)
    #expect(pointers(VideoRequest(prompt: combining)).count == faults)
  }

  @Test(arguments: [0.999, 300.001, -1, 0, .infinity, .nan])
  func aLengthOutsideTheRangeIsRefused(seconds: Double) {
    #expect(pointers(VideoRequest(prompt: "x", durationSeconds: seconds)) == ["/durationSeconds"])
  }

  @Test(
    arguments: [
      (nil, "nothing", ["/model"]), ("nobody", nil, ["/provider"]),
      ("nobody", "nothing", ["/provider", "/model"]),
      ("replicate", nil, ["/provider"]), (nil, "hailuo", ["/model"]),
      ("local", "hailuo", ["/model", "/model"]),
      (nil, "synth", ["/model"]), ("elevenlabs", nil, ["/provider"]), ("local", "animatic", []),
    ] as [(String?, String?, [String])])
  func aModelThatCannotBeUsedIsNamed(provider: String?, model: String?, expected: [String]) {
    #expect(pointers(VideoRequest(prompt: "x", model: model, provider: provider)) == expected)
  }

  @Test func everyFaultIsNamedAtOnce() {
    let request = VideoRequest(
      prompt: " ", durationSeconds: 301, model: "runway",
      music: MusicRequest(style: String(repeating: "x", count: 201), volume: 1.1),
      referenceAssetIds: ["a"], budgetUSD: MicroDollars(-1))
    #expect(
      pointers(request) == [
        "/prompt", "/durationSeconds", "/model", "/referenceAssetIds", "/music/volume", "/music/style",
        "/budgetUSD",
      ])
  }
}
