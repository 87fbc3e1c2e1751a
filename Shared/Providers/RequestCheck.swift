public import Contracts

/// One thing that is wrong with a request: where, as a JSON Pointer (RFC 6901), and what.
public struct RequestFault: Codable, Sendable, Equatable {
  public var pointer: String
  /// A sentence for the user.
  public var detail: String

  public init(pointer: String, detail: String) {
    self.pointer = pointer
    self.detail = detail
  }
}

/// Everything that is wrong with a request, at once.
public struct RequestFaults: Error, Sendable, Equatable {
  public var faults: [RequestFault]

  public init(_ faults: [RequestFault]) { self.faults = faults }

  public var isTransient: Bool { false }
}

/// What a request may ask for.
public enum RequestLimits {
  /// In Unicode code points, as JSON Schema's `maxLength` counts.
  public static let promptLength = 1...4000
  public static let durationSeconds = 1.0...300.0
  public static let volume = 0.0...1.0
  /// Of a music style, tempo or mood, in code points.
  public static let wordsLength = 200
}

extension ModelCatalogue {
  /// Every fault of `request` but those of its template, which only Planner knows.
  public func faults(in request: VideoRequest) -> [RequestFault] {
    var faults = Self.promptFaults(request.prompt)
    if let seconds = request.durationSeconds, !RequestLimits.durationSeconds.contains(seconds) {
      faults.append(.init(pointer: "/durationSeconds", detail: "must be between 1 and 300 seconds"))
    }
    faults += modelFaults(request)
    faults += Self.musicFaults(request.music)
    if let budget = request.budgetUSD, budget < .zero {
      faults.append(.init(pointer: "/budgetUSD", detail: "must not be negative"))
    }
    return faults
  }

  /// The video model that `request` asks for, or the default; nil where it names one that does not exist.
  public func videoModel(for request: VideoRequest) -> Model? {
    if let name = request.model {
      return model(named: name).flatMap { $0.kind == .video ? $0 : nil }
    }
    if let provider = request.provider { return defaultModel(.video, provider: provider) }
    return defaultModel(.video)
  }

  private static func promptFaults(_ prompt: String) -> [RequestFault] {
    let pointer = "/prompt"
    if prompt.unicodeScalars.count > RequestLimits.promptLength.upperBound {
      return [.init(pointer: pointer, detail: "must not be longer than 4000 characters")]
    }
    let isBlank = prompt.unicodeScalars.allSatisfy { scalar in
      scalar.properties.isWhitespace || scalar.properties.generalCategory == .control
        || scalar.properties.generalCategory == .format
    }
    return isBlank ? [.init(pointer: pointer, detail: "must not be empty")] : []
  }

  private func modelFaults(_ request: VideoRequest) -> [RequestFault] {
    var faults: [RequestFault] = []
    if let provider = request.provider, !knows(provider: provider) {
      faults.append(.init(pointer: "/provider", detail: "there is no provider “\(shown(provider))”"))
    }
    guard let model = videoModel(for: request) else {
      if let name = request.model {
        faults.append(.init(pointer: "/model", detail: "there is no video model “\(shown(name))”"))
      } else if faults.isEmpty {
        faults.append(.init(pointer: "/provider", detail: "this provider makes no videos"))
      }
      return faults
    }
    let pointer = request.model == nil ? "/provider" : "/model"
    if let provider = request.provider, faults.isEmpty, model.provider != provider {
      faults.append(.init(pointer: "/model", detail: "\(model.id) is not a model of \(provider)"))
    }
    if !model.available {
      let reason = model.reason ?? "it is not available"
      faults.append(.init(pointer: pointer, detail: "\(model.id) cannot be used: \(reason)"))
    }
    if request.referenceAssetIds.count > model.maxReferenceAssets {
      let most = model.maxReferenceAssets
      faults.append(
        .init(pointer: "/referenceAssetIds", detail: "\(model.id) takes at most \(most) reference assets"))
    }
    return faults
  }

  private static func musicFaults(_ music: MusicRequest) -> [RequestFault] {
    var faults: [RequestFault] = []
    if !RequestLimits.volume.contains(music.volume) {
      faults.append(.init(pointer: "/music/volume", detail: "must be between 0 and 1"))
    }
    for (name, words) in [("style", music.style), ("tempo", music.tempo), ("mood", music.mood)] {
      guard let words, words.unicodeScalars.count > RequestLimits.wordsLength else { continue }
      let most = RequestLimits.wordsLength
      faults.append(.init(pointer: "/music/\(name)", detail: "must not be longer than \(most) characters"))
    }
    return faults
  }

  private func shown(_ name: String) -> String { String(name.prefix(80)) }
}
