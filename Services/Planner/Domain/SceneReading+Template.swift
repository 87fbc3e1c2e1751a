import Contracts

extension SceneReading {
  /// What the prompt says, and the template's own where it says nothing.
  init(_ reading: PromptReading, template: Template) {
    let kind = reading.subjectKind ?? .abstract
    let setting = reading.setting ?? Self.home(of: kind) ?? template.setting
    self.init(
      subject: reading.subject ?? template.subject, subjectKind: kind, setting: setting,
      timeOfDay: reading.timeOfDay ?? (setting == .space ? .night : template.timeOfDay),
      subjectColor: reading.subjectColor)
  }

  /// Where a subject is at home when nothing says where it is.
  private static func home(of kind: SubjectKind) -> Setting? {
    switch kind {
    case .car: .road
    case .boat, .lighthouse: .sea
    case .mountain: .mountains
    case .tree, .bird: .meadow
    case .building: .city
    case .animal: .meadow
    case .bottle, .box, .person, .cup, .shoe, .phone, .abstract: nil
    }
  }
}
