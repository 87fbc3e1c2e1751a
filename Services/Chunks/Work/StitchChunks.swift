import Artifacts
import Contracts
import Media
import Queue
import Synchronization

/// Executes the phase `stitch`: all clips in one file of the exact length.
struct StitchChunks: TaskExecutor {
  let shelf: Shelf
  let media: MediaPool

  func execute(_ task: LeasedTask, _ context: TaskContext) async throws -> TaskResult {
    guard case .stitch(let input) = task.command.input else {
      throw QueueError.foreign(task.command.input.phase)
    }
    var clips: [String] = []
    for clip in input.clips { clips.append(try await shelf.file(of: clip)) }
    let recipe = StitchRecipe(
      input: input, keys: StorageKeys.video(user: task.command.userId, video: input.videoId), clips: clips,
      media: media, context: context)
    let take = try await shelf.take(recipe, for: task, context)
    let report = recipe.report.withLock { $0 }
    return .stitch(
      StitchResult(
        video: try take.file(StitchRecipe.film), take: take.number, frameCount: input.frameCount,
        method: report.map { $0.method == .copy ? .copy : .encode } ?? .copy,
        notes: report?.notes ?? ["The file of an earlier attempt was whole and is used."]))
  }
}

/// How clips are joined, and what the result must be.
final class StitchRecipe: TakeRecipe {
  static let film = "film"

  let report = Mutex<StitchReport?>(nil)
  private let input: StitchInput
  private let keys: StorageKeys
  private let clips: [String]
  private let media: MediaPool
  private let context: TaskContext

  init(input: StitchInput, keys: StorageKeys, clips: [String], media: MediaPool, context: TaskContext) {
    self.input = input
    self.keys = keys
    self.clips = clips
    self.media = media
    self.context = context
  }

  var slot: Slot {
    let keys = keys
    return Slot(name: keys.stitched(), roles: [Self.film]) { _, take in keys.stitched(take: take) }
  }

  func make(_ role: String, kept: [String: String], in directory: String) async throws -> String {
    let path = "\(directory)/stitched.mp4"
    let (clips, input) = (clips, input)
    let made = try await context.timed {
      try await media.run { cancel in
        try Stitcher.stitch(clips, to: path, frameCount: input.frameCount, fps: input.fps, cancel: cancel)
      }
    }
    report.withLock { $0 = made }
    return path
  }

  func verify(_ role: String, file: String) async throws {
    let shape = ClipShape(
      frameCount: input.frameCount, fps: input.fps, width: input.width, height: input.height)
    try await media.run { try shape.check(file, $0) }
  }
}
