/// A file in the store, verified when this was made.
public struct ArtifactReference: Codable, Sendable, Hashable {
  /// The key in the store, never a URL.
  public var key: String
  public var bytes: Int
  /// SHA-256 in lower-case hexadecimal.
  public var sha256: String

  public init(key: String, bytes: Int, sha256: String) {
    self.key = key
    self.bytes = bytes
    self.sha256 = sha256
  }
}

public struct PlanInput: Codable, Sendable, Equatable {
  public var request: VideoRequest

  public init(request: VideoRequest) { self.request = request }
}

public struct ReferenceInput: Codable, Sendable, Equatable {
  public var videoId: VideoID
  public var spec: Spec

  public init(videoId: VideoID, spec: Spec) {
    self.videoId = videoId
    self.spec = spec
  }
}

/// What a chunk starts on.
public enum StartsFrom: String, Codable, Sendable, CaseIterable {
  /// The reference image.
  case reference
  /// The last frame of the chunk before.
  case chunk
  /// No image: text-to-video.
  case nothing
}

public struct ChunkInput: Codable, Sendable, Equatable {
  public var videoId: VideoID
  public var spec: Spec
  public var chunk: ChunkPlan
  public var startsFrom: StartsFrom
  /// The image that the chunk starts on; nil exactly when it starts from nothing.
  public var startImage: ArtifactReference?
  /// The reference that the whole film was drawn from, where there is one.
  public var reference: ArtifactReference?

  public init(
    videoId: VideoID, spec: Spec, chunk: ChunkPlan, startsFrom: StartsFrom,
    startImage: ArtifactReference?, reference: ArtifactReference?
  ) {
    self.videoId = videoId
    self.spec = spec
    self.chunk = chunk
    self.startsFrom = startsFrom
    self.startImage = startImage
    self.reference = reference
  }
}

public struct StitchInput: Codable, Sendable, Equatable {
  public var videoId: VideoID
  /// The clips in the order of the film.
  public var clips: [ArtifactReference]
  public var frameCount: Int
  public var fps: Int
  public var width: Int
  public var height: Int

  public init(
    videoId: VideoID, clips: [ArtifactReference], frameCount: Int, fps: Int, width: Int, height: Int
  ) {
    self.videoId = videoId
    self.clips = clips
    self.frameCount = frameCount
    self.fps = fps
    self.width = width
    self.height = height
  }
}

public struct MusicInput: Codable, Sendable, Equatable {
  public var videoId: VideoID
  public var audio: AudioSpec
  public var durationSeconds: Double
  public var seed: Int

  public init(videoId: VideoID, audio: AudioSpec, durationSeconds: Double, seed: Int) {
    self.videoId = videoId
    self.audio = audio
    self.durationSeconds = durationSeconds
    self.seed = seed
  }
}

public struct MixInput: Codable, Sendable, Equatable {
  public var videoId: VideoID
  public var video: ArtifactReference
  /// Nil makes a silent film, a file without an audio stream.
  public var music: ArtifactReference?
  public var volume: Double
  public var frameCount: Int
  public var fps: Int
  /// The size of the picture; nil from a Status that does not say.
  public var width: Int?
  public var height: Int?
  /// The joins as the stitch measured them; nil where the clips are not meant to continue each other.
  public var seams: [Seam]?
  /// Where the plan moves nothing, so that a picture that stands still is no finding.
  public var still: [FrameSpan]?

  public init(
    videoId: VideoID, video: ArtifactReference, music: ArtifactReference?, volume: Double, frameCount: Int,
    fps: Int, width: Int? = nil, height: Int? = nil, seams: [Seam]? = nil, still: [FrameSpan]? = nil
  ) {
    self.videoId = videoId
    self.video = video
    self.music = music
    self.volume = volume
    self.frameCount = frameCount
    self.fps = fps
    self.width = width
    self.height = height
    self.seams = seams
    self.still = still
  }
}

/// What a task is to do.
///
/// On the wire an object with one member, named after the phase.
public enum TaskInput: Sendable, Equatable {
  case plan(PlanInput)
  case reference(ReferenceInput)
  case chunk(ChunkInput)
  case stitch(StitchInput)
  case music(MusicInput)
  case mix(MixInput)
}

/// The names of the phases, as members of a `TaskInput` and a `TaskResult`.
public enum Phase: String, CodingKey, Codable, Sendable, CaseIterable {
  case plan, reference, chunk, stitch, music, mix
}

extension TaskInput: Codable {
  public var phase: Phase {
    switch self {
    case .plan: .plan
    case .reference: .reference
    case .chunk: .chunk
    case .stitch: .stitch
    case .music: .music
    case .mix: .mix
    }
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Phase.self)
    self =
      switch try container.onlyPhase() {
      case .plan: .plan(try container.decode(PlanInput.self, forKey: .plan))
      case .reference: .reference(try container.decode(ReferenceInput.self, forKey: .reference))
      case .chunk: .chunk(try container.decode(ChunkInput.self, forKey: .chunk))
      case .stitch: .stitch(try container.decode(StitchInput.self, forKey: .stitch))
      case .music: .music(try container.decode(MusicInput.self, forKey: .music))
      case .mix: .mix(try container.decode(MixInput.self, forKey: .mix))
      }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Phase.self)
    switch self {
    case .plan(let input): try container.encode(input, forKey: .plan)
    case .reference(let input): try container.encode(input, forKey: .reference)
    case .chunk(let input): try container.encode(input, forKey: .chunk)
    case .stitch(let input): try container.encode(input, forKey: .stitch)
    case .music(let input): try container.encode(input, forKey: .music)
    case .mix(let input): try container.encode(input, forKey: .mix)
    }
  }
}

extension KeyedDecodingContainer<Phase> {
  fileprivate func onlyPhase() throws -> Phase {
    guard allKeys.count == 1, let phase = allKeys.first else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: codingPath, debugDescription: "one member, named after a phase, is expected"))
    }
    return phase
  }
}

public struct PlanResult: Codable, Sendable, Equatable {
  public var spec: Spec

  public init(spec: Spec) { self.spec = spec }
}

public struct ReferenceResult: Codable, Sendable, Equatable {
  public var image: ArtifactReference
  public var take: Int

  public init(image: ArtifactReference, take: Int) {
    self.image = image
    self.take = take
  }
}

public struct ChunkResult: Codable, Sendable, Equatable {
  public var clip: ArtifactReference
  public var lastFrame: ArtifactReference
  public var take: Int
  public var frameCount: Int
  public var fps: Int
  public var startsFrom: StartsFrom
  public var model: String
  /// A picture that stands for the clip, where one could be made.
  public var poster: ArtifactReference?

  public init(
    clip: ArtifactReference, lastFrame: ArtifactReference, take: Int, frameCount: Int, fps: Int,
    startsFrom: StartsFrom, model: String, poster: ArtifactReference? = nil
  ) {
    self.clip = clip
    self.lastFrame = lastFrame
    self.take = take
    self.frameCount = frameCount
    self.fps = fps
    self.startsFrom = startsFrom
    self.model = model
    self.poster = poster
  }
}

/// How a stitched file came about.
public enum StitchMethod: String, Codable, Sendable, CaseIterable {
  /// Every sample is the source's own.
  case copy
  /// Decoded, conformed and encoded again.
  case encode
}

public struct StitchResult: Codable, Sendable, Equatable {
  public var video: ArtifactReference
  public var take: Int
  public var frameCount: Int
  public var method: StitchMethod
  public var notes: [String]
  /// The joins between the clips; nil where they were not measured.
  public var seams: [Seam]?
  public var poster: ArtifactReference?
  /// Small pictures in one sheet, and the WebVTT that says which is when.
  public var filmstrip: ArtifactReference?
  public var filmstripVtt: ArtifactReference?
  /// What did not go as asked and stopped nothing.
  public var findings: [Warning]?

  public init(
    video: ArtifactReference, take: Int, frameCount: Int, method: StitchMethod, notes: [String],
    seams: [Seam]? = nil, poster: ArtifactReference? = nil, filmstrip: ArtifactReference? = nil,
    filmstripVtt: ArtifactReference? = nil, findings: [Warning]? = nil
  ) {
    self.video = video
    self.take = take
    self.frameCount = frameCount
    self.method = method
    self.notes = notes
    self.seams = seams
    self.poster = poster
    self.filmstrip = filmstrip
    self.filmstripVtt = filmstripVtt
    self.findings = findings
  }
}

public struct MusicResult: Codable, Sendable, Equatable {
  public var track: ArtifactReference
  public var take: Int
  public var durationSeconds: Double

  public init(track: ArtifactReference, take: Int, durationSeconds: Double) {
    self.track = track
    self.take = take
    self.durationSeconds = durationSeconds
  }
}

public struct MixResult: Codable, Sendable, Equatable {
  public var film: ArtifactReference
  public var take: Int
  public var frameCount: Int
  public var hasAudio: Bool
  /// `delivery.json`, and what it says.
  public var certificate: ArtifactReference?
  public var delivery: DeliveryCertificate?
  /// A picture of the sound; nil without sound, or where it could not be made.
  public var waveform: ArtifactReference?
  /// What the film's owner should look at; it withholds nothing.
  public var findings: [Warning]?

  public init(
    film: ArtifactReference, take: Int, frameCount: Int, hasAudio: Bool,
    certificate: ArtifactReference? = nil, delivery: DeliveryCertificate? = nil,
    waveform: ArtifactReference? = nil, findings: [Warning]? = nil
  ) {
    self.film = film
    self.take = take
    self.frameCount = frameCount
    self.hasAudio = hasAudio
    self.certificate = certificate
    self.delivery = delivery
    self.waveform = waveform
    self.findings = findings
  }
}

/// What a task has made.
///
/// On the wire an object with one member, named after the phase.
public enum TaskResult: Sendable, Equatable {
  case plan(PlanResult)
  case reference(ReferenceResult)
  case chunk(ChunkResult)
  case stitch(StitchResult)
  case music(MusicResult)
  case mix(MixResult)
}

extension TaskResult: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Phase.self)
    self =
      switch try container.onlyPhase() {
      case .plan: .plan(try container.decode(PlanResult.self, forKey: .plan))
      case .reference: .reference(try container.decode(ReferenceResult.self, forKey: .reference))
      case .chunk: .chunk(try container.decode(ChunkResult.self, forKey: .chunk))
      case .stitch: .stitch(try container.decode(StitchResult.self, forKey: .stitch))
      case .music: .music(try container.decode(MusicResult.self, forKey: .music))
      case .mix: .mix(try container.decode(MixResult.self, forKey: .mix))
      }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Phase.self)
    switch self {
    case .plan(let result): try container.encode(result, forKey: .plan)
    case .reference(let result): try container.encode(result, forKey: .reference)
    case .chunk(let result): try container.encode(result, forKey: .chunk)
    case .stitch(let result): try container.encode(result, forKey: .stitch)
    case .music(let result): try container.encode(result, forKey: .music)
    case .mix(let result): try container.encode(result, forKey: .mix)
    }
  }
}
