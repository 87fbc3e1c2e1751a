import Artifacts
import Contracts
import Media
import Queue

/// Executes the phase `mix`: the stitched film with its music, or without sound where there is none.
struct MixFilm: TaskExecutor {
  let shelf: Shelf
  let media: MediaPool

  func execute(_ task: LeasedTask, _ context: TaskContext) async throws -> TaskResult {
    guard case .mix(let input) = task.command.input else {
      throw QueueError.foreign(task.command.input.phase)
    }
    let recipe = MixRecipe(
      input: input, keys: StorageKeys.video(user: task.command.userId, video: input.videoId),
      video: try await shelf.file(of: input.video), music: try await shelf.file(of: input.music),
      media: media, context: context)
    let take = try await shelf.take(recipe, for: task, context)
    return .mix(
      MixResult(
        film: try take.file(MixRecipe.film), take: take.number, frameCount: input.frameCount,
        hasAudio: input.music != nil))
  }
}

/// How a film is mixed, and what it must be.
struct MixRecipe: TakeRecipe {
  static let film = "film"

  let input: MixInput
  let keys: StorageKeys
  /// Local files.
  let video: String
  let music: String?
  let media: MediaPool
  let context: TaskContext

  var slot: Slot {
    let keys = keys
    return Slot(name: keys.final(), roles: [Self.film]) { _, take in keys.final(take: take) }
  }

  func make(_ role: String, kept: [String: String], in directory: String) async throws -> String {
    let path = "\(directory)/final_draft.mp4"
    let (input, video, music) = (input, video, music)
    try await context.timed {
      try await media.run { cancel in
        _ = try Mixer.mix(
          video: video, music: music, volume: input.volume, to: path, frameCount: input.frameCount,
          fps: input.fps, cancel: cancel)
      }
    }
    return path
  }

  func verify(_ role: String, file: String) async throws {
    let info = try await media.run { try Probe.probe(file, cancel: $0) }
    guard let film = info.videos.first, film.frameCount == input.frameCount,
      film.fps == Rational(input.fps, 1), info.audios.count == (input.music == nil ? 0 : 1), info.faststart
    else {
      throw TaskFault(
        code: "film_mismatch", detail: "The mixed film is not \(input.frameCount) frames with its sound.",
        kind: .config)
    }
  }
}
