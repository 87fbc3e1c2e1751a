import Artifacts
import Contracts
import Media
import Providers
import Queue

/// Executes the phase `chunk`: a clip, and its last frame for the next chunk to start on.
struct RenderChunk<Maker: VideoMaker>: TaskExecutor {
  /// Makes the maker of one clip, which tells the part that is done, 0…1.
  let maker: @Sendable (_ progress: @escaping @Sendable (Double) -> Void) -> Maker
  let shelf: Shelf
  let media: MediaPool

  func execute(_ task: LeasedTask, _ context: TaskContext) async throws -> TaskResult {
    guard case .chunk(let input) = task.command.input else {
      throw QueueError.foreign(task.command.input.phase)
    }
    context.note("model", input.spec.model)
    context.note("provider", input.spec.provider)
    context.note("startsFrom", input.startsFrom.rawValue)
    let maker = maker { part in context.report(progress: Int(part * 90)) }
    let recipe = ChunkRecipe(
      input: input, keys: StorageKeys.video(user: task.command.userId, video: input.videoId),
      startImage: try await shelf.file(of: input.startImage),
      reference: try await shelf.file(of: input.reference), maker: maker, media: media, context: context)
    let take = try await shelf.take(recipe, for: task, context)
    return .chunk(
      ChunkResult(
        clip: try take.file(ChunkRole.clip), lastFrame: try take.file(ChunkRole.lastFrame),
        take: take.number, frameCount: input.chunk.frameCount, fps: input.spec.fps,
        startsFrom: input.startsFrom, model: input.spec.model, poster: take.files[ChunkRole.poster]))
  }
}

/// The files of a chunk's take.
enum ChunkRole {
  static let clip = "clip"
  static let lastFrame = "last_frame"
  static let poster = "poster"
}

/// How a chunk is made, and what its files must be.
struct ChunkRecipe<Maker: VideoMaker>: TakeRecipe {
  let input: ChunkInput
  let keys: StorageKeys
  /// Local files.
  let startImage: String?
  let reference: String?
  let maker: Maker
  let media: MediaPool
  let context: TaskContext

  var slot: Slot {
    let (keys, index) = (keys, input.chunk.index)
    return Slot(name: keys.chunk(index), roles: [ChunkRole.clip, ChunkRole.lastFrame, ChunkRole.poster]) {
      role, take in
      switch role {
      case ChunkRole.clip: keys.chunk(index, take: take)
      case ChunkRole.lastFrame: keys.lastFrame(index, take: take)
      default: keys.chunkPoster(index, take: take)
      }
    }
  }

  var extras: Set<String> { [ChunkRole.poster] }

  /// The pictures are taken from the clip that is stored, so that they always belong to it.
  func make(_ role: String, kept: [String: String], in directory: String) async throws -> String {
    guard let clip = kept[ChunkRole.clip] else {
      let path = "\(directory)/clip.mp4"
      try await context.timed {
        try await maker.makeClip(input, startImage: startImage, reference: reference, at: path)
      }
      return path
    }
    let path = "\(directory)/\(role == ChunkRole.poster ? "poster.jpg" : "last_frame.png")"
    try await context.timed {
      try await media.run { cancel in
        if role == ChunkRole.poster { return try Poster.write(of: clip, to: path, cancel: cancel) }
        _ = try LastFrame.extract(from: clip, toPNG: path, cancel: cancel)
      }
    }
    return path
  }

  func verify(_ role: String, file: String) async throws {
    let shape = ClipShape(
      frameCount: input.chunk.frameCount, fps: input.spec.fps, width: input.spec.width,
      height: input.spec.height)
    try await media.run { cancel in
      if role == ChunkRole.poster { return try JPEG.check(file) }
      guard role == ChunkRole.lastFrame else { return try shape.check(file, cancel) }
      let picture = try PNG.read(file)
      guard picture.width == shape.width, picture.height == shape.height else {
        throw TaskFault(
          code: "frame_mismatch", detail: "The last frame has another size than the film.", kind: .config)
      }
    }
  }
}
