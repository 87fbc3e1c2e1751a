import Contracts

/// The part of a spec that a template has defaults for.
struct SpecDefaults: Codable, Sendable, Equatable {
  var style: StyleSpec
  var product: ProductSpec
  var audio: AudioSpec

  /// These defaults with what `partial` says on top; what it leaves open stays.
  func merging(_ partial: PartialSpec) throws -> SpecDefaults {
    let merged = try JSONTree(of: self).merging(JSONTree(of: partial))
    return try JSON.decode(SpecDefaults.self, from: JSON.encode(merged))
  }
}

/// What a prompt or a request says about a spec; nil says nothing.
struct PartialSpec: Codable, Sendable, Equatable {
  struct Style: Codable, Sendable, Equatable {
    var palette: [String]?
    var look: String?
    var lighting: String?
  }

  struct Product: Codable, Sendable, Equatable {
    var name: String?
    var description: String?
  }

  struct Audio: Codable, Sendable, Equatable {
    var musicStyle: String?
    var tempo: String?
    var mood: String?
    var bpm: Int?
  }

  var style: Style?
  var product: Product?
  var audio: Audio?
}

extension PartialSpec {
  /// What a request asks of the music: a style changes nothing but the style.
  init(_ music: MusicRequest) {
    let tempo = music.tempo.flatMap(Tempo.init(reading:))
    audio = Audio(
      musicStyle: music.style?.meaningful, tempo: music.tempo?.meaningful, mood: music.mood?.meaningful,
      bpm: tempo?.bpm)
  }
}

extension JSONTree {
  init(of value: some Encodable) throws {
    self = try JSON.decode(JSONTree.self, from: JSON.encode(value))
  }
}
