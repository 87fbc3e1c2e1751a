import Contracts

/// A template's beats told about one subject.
struct Story: Sendable {
  private let template: Template
  private let base: String
  private let actions: [String]
  private let isMirrored: Bool

  /// The seed picks each beat's action, and whether the camera's turns are mirrored.
  init(template: Template, scene: SceneReading, product: String?, base: String, seed: Int) {
    var random = SplitMix(state: UInt64(bitPattern: Int64(seed)))
    let words = [
      "{subject}": Self.withArticle(scene.subject), "{product}": product ?? scene.subject,
      "{place}": scene.setting.words, "{light}": scene.timeOfDay.words,
    ]
    self.template = template
    self.base = base
    isMirrored = random.index(below: 2) == 1
    actions = template.beats.map { beat in
      Self.filled(beat.actions[random.index(below: beat.actions.count)], words)
    }
  }

  /// The beats of `spans`; their lengths, added up in order, are exactly `seconds`.
  func beats(_ spans: [Timeline.Span], seconds: Double) -> [Beat] {
    var told = 0.0
    return spans.enumerated().map { index, span in
      let isLast = index + 1 == spans.count
      let length = isLast ? seconds - told : Timeline.seconds(span.frameCount)
      told += length
      let beat = template.beats[span.source]
      return Beat(
        index: index, title: beat.title, startSeconds: Timeline.seconds(span.startFrame),
        durationSeconds: length, shotType: beat.shotType, cameraMovement: movement(span.source),
        action: actions[span.source], prompt: Direction.prompt(base: base, direction: direction(span.source)))
    }
  }

  /// The chunks of `spans`, each with the beat that covers most of it.
  func chunks(_ spans: [Timeline.Span], beats: [Timeline.Span]) -> [ChunkPlan] {
    spans.enumerated().map { index, span in
      let beat = Timeline.mainBeat(of: span, among: beats)
      let direction = direction(beats[beat].source)
      return ChunkPlan(
        index: index, beatIndex: beat, startFrame: span.startFrame, frameCount: span.frameCount,
        directionPrompt: direction, prompt: Direction.prompt(base: base, direction: direction))
    }
  }

  private func movement(_ source: Int) -> CameraMovement {
    let movement = template.beats[source].cameraMovement
    return isMirrored ? movement.mirrored : movement
  }

  private func direction(_ source: Int) -> String {
    Direction.prompt(template.beats[source].shotType, movement(source), actions[source])
  }

  private static func withArticle(_ subject: String) -> String {
    let isName = subject.first.map { $0.isUppercase || !$0.isLetter } ?? true
    return isName || subject.hasPrefix("something") ? subject : "the \(subject)"
  }

  /// `pattern` with each `{word}` replaced once, so that braces in a prompt mean nothing.
  private static func filled(_ pattern: String, _ words: [String: String]) -> String {
    var result = ""
    var rest = pattern[...]
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      result += rest[..<open]
      result += words[String(rest[open...close])] ?? ""
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }
}
