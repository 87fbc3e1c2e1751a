import Contracts

/// The pattern of a kind of film, as data.
struct Template: Sendable {
  struct Beat: Sendable {
    var title: String
    /// Its share of the film, relative to the other beats.
    var weight: Double
    var shotType: ShotType
    var cameraMovement: CameraMovement
    /// What happens, with `{subject}`, `{product}`, `{place}` and `{light}`; the seed picks one.
    var actions: [String]

    init(
      _ title: String, weight: Double, _ shotType: ShotType, _ cameraMovement: CameraMovement,
      _ actions: String...
    ) {
      self.title = title
      self.weight = weight
      self.shotType = shotType
      self.cameraMovement = cameraMovement
      self.actions = actions
    }
  }

  var id: String
  var name: String
  var description: String
  /// Words of a prompt that speak for this template.
  var keywords: Set<String>
  /// What it is about when a prompt names nothing.
  var subject: String
  var setting: Setting
  var timeOfDay: TimeOfDay
  var beats: [Beat]
  var defaults: SpecDefaults

  /// As `GET /api/templates` shows it.
  var summary: TemplateDescription {
    TemplateDescription(
      id: id, name: name, description: description,
      defaults: .init(
        beats: beats.map(\.title), style: defaults.style, product: defaults.product, audio: defaults.audio))
  }
}

extension Template {
  /// In the order in which they are shown; on a tie the earlier one is chosen.
  static let all: [Template] = [
    .productShowcase, .lifestyleStory, .brandAnnouncement, .musicVideo, .explainer, .natureFilm, .singleTake,
  ]

  /// The template with this id.
  static func named(_ id: String) -> Template? { all.first { $0.id == id } }

  /// The template that most words of the prompt speak for; a plain single take when none does.
  static func fitting(_ reading: PromptReading) -> Template {
    let words = Set(reading.words.flatMap { [$0.lower, $0.singular] })
    var best = (template: singleTake, score: 0)
    for template in all {
      let score = template.keywords.intersection(words).count + template.bonus(reading)
      if score > best.score { best = (template, score) }
    }
    return best.template
  }

  private func bonus(_ reading: PromptReading) -> Int {
    let wild: Set<SubjectKind> = [.animal, .bird, .tree, .mountain]
    let goods: Set<SubjectKind> = [.bottle, .box, .cup, .shoe, .phone]
    let isWild = reading.subjectKind.map(wild.contains) ?? false
    let isGoods = reading.subjectKind.map(goods.contains) ?? false
    return switch id {
    case Template.productShowcase.id: (reading.describesAd ? 1 : 0) + (isGoods ? 1 : 0)
    case Template.natureFilm.id: isWild ? 1 : 0
    default: 0
    }
  }
}
