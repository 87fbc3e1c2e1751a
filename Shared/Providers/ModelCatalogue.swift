import Contracts
public import FoundationEssentials

/// The models that Longtake knows, with what they take and cost.
///
/// The catalogue is data: `Catalogue/models.json`. Its member `defaults` names the model that is taken when a
/// request names none, one line for each kind.
public struct ModelCatalogue: Sendable, Equatable {
  /// In the order in which they are shown.
  public let models: [Model]
  private let defaults: [Model.Kind: Model]
  private let byName: [String: Model]

  /// Reads a catalogue from JSON; refuses one whose names are not unique or whose defaults it lacks.
  public init(json: Data) throws {
    let file = try JSON.decode(File.self, from: json)
    var byName: [String: Model] = [:]
    for model in file.models {
      for name in [model.id] + model.aliases where byName.updateValue(model, forKey: name) != nil {
        throw CatalogueError.duplicateName(name)
      }
    }
    var defaults: [Model.Kind: Model] = [:]
    for (kind, name) in file.defaults {
      guard let kind = Model.Kind(rawValue: kind), let model = byName[name], model.kind == kind else {
        throw CatalogueError.unknownDefault(name)
      }
      defaults[kind] = model
    }
    self.models = file.models
    self.defaults = defaults
    self.byName = byName
  }

  /// The catalogue that is compiled in.
  public static let standard: ModelCatalogue = {
    do {
      return try ModelCatalogue(json: Data(PackageResources.models_json))
    } catch {
      preconditionFailure("Catalogue/models.json: \(error)")
    }
  }()

  /// The model with this id or alias.
  public func model(named name: String) -> Model? { byName[name] }

  /// The model that is taken when a request names none.
  public func defaultModel(_ kind: Model.Kind) -> Model? { defaults[kind] }

  /// The model that is taken when a request names only the provider: the default one if it is his, else his first.
  public func defaultModel(_ kind: Model.Kind, provider: String) -> Model? {
    if let model = defaults[kind], model.provider == provider { return model }
    let candidates = models.filter { $0.kind == kind && $0.provider == provider }
    return candidates.first(where: \.available) ?? candidates.first
  }

  /// Whether any model is this provider's.
  public func knows(provider: String) -> Bool { models.contains { $0.provider == provider } }

  /// Every model as `GET /api/models` shows it.
  public var descriptions: [ModelDescription] {
    models.map { ModelDescription($0, isDefault: defaults[$0.kind]?.id == $0.id) }
  }

  private struct File: Decodable {
    var defaults: [String: String]
    var models: [Model]
  }
}

/// Why a catalogue was refused.
public enum CatalogueError: Error, Sendable, Equatable {
  case duplicateName(String)
  case unknownDefault(String)

  public var isTransient: Bool { false }
}
