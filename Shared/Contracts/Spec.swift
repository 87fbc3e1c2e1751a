/// The plan of a video.
///
/// Frames are counted on a constant grid of `fps`; `frameCount / fps` is the exact length.
public struct Spec: Codable, Sendable, Equatable {
  public var template: String
  public var durationSeconds: Double
  public var frameCount: Int
  public var fps: Int
  public var width: Int
  public var height: Int
  public var provider: String
  public var model: String
  public var chunkCount: Int
  /// What one chunk adds to the film.
  public var chunkDurationSeconds: Double
  /// What every chunk's prompt begins with.
  public var basePrompt: String
  public var beats: [Beat]
  public var chunks: [ChunkPlan]
  public var scene: SceneReading
  public var style: StyleSpec
  public var product: ProductSpec
  public var audio: AudioSpec
  /// What the planner changed of the request, in sentences.
  public var notes: [String]
  public var seed: Int

  public init(
    template: String, durationSeconds: Double, frameCount: Int, fps: Int, width: Int, height: Int,
    provider: String, model: String, chunkCount: Int, chunkDurationSeconds: Double, basePrompt: String,
    beats: [Beat], chunks: [ChunkPlan], scene: SceneReading, style: StyleSpec, product: ProductSpec,
    audio: AudioSpec, notes: [String], seed: Int
  ) {
    self.template = template
    self.durationSeconds = durationSeconds
    self.frameCount = frameCount
    self.fps = fps
    self.width = width
    self.height = height
    self.provider = provider
    self.model = model
    self.chunkCount = chunkCount
    self.chunkDurationSeconds = chunkDurationSeconds
    self.basePrompt = basePrompt
    self.beats = beats
    self.chunks = chunks
    self.scene = scene
    self.style = style
    self.product = product
    self.audio = audio
    self.notes = notes
    self.seed = seed
  }
}

/// A story moment; the beats of a spec follow each other without a gap and sum to its length.
public struct Beat: Codable, Sendable, Equatable {
  public var index: Int
  public var title: String
  public var startSeconds: Double
  public var durationSeconds: Double
  public var shotType: ShotType
  public var cameraMovement: CameraMovement
  public var action: String
  public var prompt: String

  public init(
    index: Int, title: String, startSeconds: Double, durationSeconds: Double, shotType: ShotType,
    cameraMovement: CameraMovement, action: String, prompt: String
  ) {
    self.index = index
    self.title = title
    self.startSeconds = startSeconds
    self.durationSeconds = durationSeconds
    self.shotType = shotType
    self.cameraMovement = cameraMovement
    self.action = action
    self.prompt = prompt
  }
}

/// How much of the subject the frame holds.
public enum ShotType: String, Codable, Sendable, CaseIterable {
  case extremeWide = "extreme_wide"
  case wide, medium
  case closeUp = "close_up"
  case extremeCloseUp = "extreme_close_up"
  case detail
  case overhead
}

/// How the camera moves through a beat.
public enum CameraMovement: String, Codable, Sendable, CaseIterable {
  case still
  case dollyIn = "dolly_in"
  case dollyOut = "dolly_out"
  case zoomIn = "zoom_in"
  case zoomOut = "zoom_out"
  case panLeft = "pan_left"
  case panRight = "pan_right"
  case tiltUp = "tilt_up"
  case tiltDown = "tilt_down"
  case orbitLeft = "orbit_left"
  case orbitRight = "orbit_right"
  case handheld
}

/// The frames of one chunk and what it shows: the beat that covers most of it, the earlier one on a tie.
public struct ChunkPlan: Codable, Sendable, Equatable {
  public var index: Int
  public var beatIndex: Int
  /// The film's frame that this chunk's first frame is, counted from 0.
  public var startFrame: Int
  public var frameCount: Int
  /// Shot type, camera movement and action, in words.
  public var directionPrompt: String
  /// The spec's base prompt and the direction, `base. direction`.
  public var prompt: String

  public init(
    index: Int, beatIndex: Int, startFrame: Int, frameCount: Int, directionPrompt: String, prompt: String
  ) {
    self.index = index
    self.beatIndex = beatIndex
    self.startFrame = startFrame
    self.frameCount = frameCount
    self.directionPrompt = directionPrompt
    self.prompt = prompt
  }
}

/// What the planner read in the prompt, for providers that draw.
public struct SceneReading: Codable, Sendable, Equatable {
  /// As the prompt names it, `red vintage car`.
  public var subject: String
  /// One of the kinds that a storyboard can draw.
  public var subjectKind: SubjectKind
  public var setting: Setting
  public var timeOfDay: TimeOfDay
  /// A colour that the prompt gives the subject, `#rrggbb`.
  public var subjectColor: String?

  public init(
    subject: String, subjectKind: SubjectKind, setting: Setting, timeOfDay: TimeOfDay,
    subjectColor: String? = nil
  ) {
    self.subject = subject
    self.subjectKind = subjectKind
    self.setting = setting
    self.timeOfDay = timeOfDay
    self.subjectColor = subjectColor
  }
}

/// The silhouettes that a storyboard knows.
public enum SubjectKind: String, Codable, Sendable, CaseIterable {
  case car, bottle, box, person, animal, bird, tree, building, boat, lighthouse, mountain, cup, shoe, phone
  case abstract
}

/// Where it plays.
public enum Setting: String, Codable, Sendable, CaseIterable {
  case desert, city, forest, sea, mountains, meadow, studio, interior, snow, space, road
}

/// When it plays, which decides the light.
public enum TimeOfDay: String, Codable, Sendable, CaseIterable {
  case dawn, day, dusk, night
}

/// The look of the film; colours as `#rrggbb`, from dark to light.
public struct StyleSpec: Codable, Sendable, Equatable {
  public var palette: [String]
  public var look: String
  public var lighting: String

  public init(palette: [String], look: String, lighting: String) {
    self.palette = palette
    self.look = look
    self.lighting = lighting
  }
}

/// What the film is about, or sells.
public struct ProductSpec: Codable, Sendable, Equatable {
  public var name: String
  public var description: String

  public init(name: String, description: String) {
    self.name = name
    self.description = description
  }
}

/// What the music is like.
public struct AudioSpec: Codable, Sendable, Equatable {
  public var musicStyle: String
  public var tempo: String
  public var mood: String
  public var bpm: Int

  public init(musicStyle: String, tempo: String, mood: String, bpm: Int) {
    self.musicStyle = musicStyle
    self.tempo = tempo
    self.mood = mood
    self.bpm = bpm
  }
}
