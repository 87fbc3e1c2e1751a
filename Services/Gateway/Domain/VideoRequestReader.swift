import Contracts
import Providers
import ServiceKit

/// Reads the body of `POST /api/videos` and of the estimate, naming everything that is wrong with it.
struct VideoRequestReader: Sendable {
  /// What was asked for, and whether only for its price.
  struct Reading: Sendable, Equatable {
    var request: VideoRequest
    var dryRun: Bool
  }

  let catalogue: ModelCatalogue
  static let largestBudget = MicroDollars(1_000_000_000_000)

  /// `templates` are the ids that exist; nil where nobody could be asked.
  func read(_ json: JSONValue, templates: Set<String>?) throws(Problem) -> Reading {
    var body = try BodyReader(json)
    let prompt = body.string("prompt", RequestLimits.promptLength, required: true)
    var request = VideoRequest(prompt: prompt ?? "")
    request.durationSeconds = body.number("durationSeconds", in: RequestLimits.durationSeconds)
    request.template = body.string("template", 1...100)
    request.model = body.string("model", 1...200)
    request.provider = body.string("provider", 1...100)
    request.aspectRatio = body.choice("aspectRatio") ?? request.aspectRatio
    request.continuity = body.choice("continuity") ?? request.continuity
    request.music = body.object("music", readMusic) ?? request.music
    request.referenceAssetIds = body.strings("referenceAssetIds", count: 0...16, length: 1...100) ?? []
    request.approval = body.choice("approval") ?? request.approval
    request.optimizeDuration = body.bool("optimizeDuration") ?? request.optimizeDuration
    request.budgetUSD = body.money("budgetUSD", atMost: Self.largestBudget)
    request.seed = body.integer("seed", in: 0...Int(UInt32.max))
    let dryRun = body.bool("dryRun") ?? false
    for fault in faults(of: request, templates)
    where !body.faults.contains(where: { $0.pointer == fault.pointer }) {
      body.note(fault)
    }
    try body.finish()
    return Reading(request: request, dryRun: dryRun)
  }

  private func readMusic(_ body: inout BodyReader) -> MusicRequest {
    var music = MusicRequest()
    music.enabled = body.bool("enabled") ?? music.enabled
    music.style = body.string("style", 1...RequestLimits.wordsLength)
    music.tempo = body.string("tempo", 1...RequestLimits.wordsLength)
    music.mood = body.string("mood", 1...RequestLimits.wordsLength)
    music.volume = body.number("volume", in: RequestLimits.volume) ?? music.volume
    return music
  }

  /// What only the catalogue and the templates know.
  private func faults(of request: VideoRequest, _ templates: Set<String>?) -> [Fault] {
    var faults = catalogue.faults(in: request).map { Fault($0.pointer, $0.detail) }
    if let template = request.template, let templates, !templates.contains(template) {
      let nearest =
        Spelling.nearest(to: template, among: templates.sorted()).map { " Did you mean \($0)?" } ?? ""
      faults.append(Fault("/template", "There is no template \"\(template.prefix(80))\".\(nearest)"))
    }
    if !request.referenceAssetIds.isEmpty {
      faults.append(Fault("/referenceAssetIds", "There are no such assets; uploads do not exist yet."))
    }
    return faults
  }
}
