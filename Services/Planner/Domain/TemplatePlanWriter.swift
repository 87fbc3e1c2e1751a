import Contracts
import Providers

/// Plans a video by templates and rules: free, at once, and the same for the same request and seed.
struct TemplatePlanWriter: PlanWriter {
  var catalogue = ModelCatalogue.standard
  /// Of a chunk's base prompt in UTF-8: a spec repeats it for every chunk, and providers take about 2000.
  static let basePromptBytes = 1600

  func plan(_ request: VideoRequest) throws(RequestFaults) -> Spec {
    let model = try check(request)
    let reading = PromptReading(request.prompt)
    let template = request.template.flatMap(Template.named) ?? Template.fitting(reading)
    let length = Length(request, describesAd: reading.describesAd)
    let seed = request.seed ?? StableSeed.of(prompt: request.prompt, template: template.id)
    let scene = SceneReading(reading, template: template)
    let base = BasePrompt(request.prompt, maximumBytes: Self.basePromptBytes)
    let story = Story(
      template: template, scene: scene, product: reading.productName, base: base.text, seed: seed)
    let beats = Timeline.beats(weights: template.beats.map(\.weight), frameCount: length.frameCount)
    let chunkSeconds = model.actualChunkDuration ?? length.seconds
    let chunks = Timeline.chunks(
      count: model.chunkCount(durationSeconds: length.seconds), chunkSeconds: chunkSeconds,
      frameCount: length.frameCount)
    let defaults = Self.merged(template, reading, scene, request.music)
    let size = model.size(request.aspectRatio)
    return Spec(
      template: template.id, durationSeconds: length.seconds, frameCount: length.frameCount,
      fps: Timeline.fps, width: size.width, height: size.height, provider: model.provider, model: model.id,
      chunkCount: chunks.count, chunkDurationSeconds: chunkSeconds, basePrompt: base.text,
      beats: story.beats(beats, seconds: length.seconds), chunks: story.chunks(chunks, beats: beats),
      scene: scene, style: defaults.style, product: defaults.product, audio: defaults.audio,
      notes: length.notes + base.notes, seed: seed)
  }

  /// The model to plan for; throws every fault of the request at once.
  private func check(_ request: VideoRequest) throws(RequestFaults) -> Model {
    var faults = catalogue.faults(in: request)
    if let id = request.template, Template.named(id) == nil {
      let known = Template.all.map(\.id).joined(separator: ", ")
      let detail = "there is no template “\(id.prefix(80))”; there are \(known)"
      faults.append(RequestFault(pointer: "/template", detail: detail))
    }
    guard faults.isEmpty, let model = catalogue.videoModel(for: request) else { throw RequestFaults(faults) }
    return model
  }

  /// The template's defaults, with what the prompt says on top, and what the request says on top of that.
  private static func merged(
    _ template: Template, _ reading: PromptReading, _ scene: SceneReading, _ music: MusicRequest
  ) -> SpecDefaults {
    do {
      return try template.defaults.merging(reading.partial(usual: scene.timeOfDay)).merging(
        PartialSpec(music))
    } catch {
      // Both are our own types with the same members, so that the merge always decodes.
      preconditionFailure("merging typed specs: \(error)")
    }
  }
}
