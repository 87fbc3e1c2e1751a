import Artifacts
import Contracts
import Media
import Providers
import Queue

/// Executes the phase `music`: a track of exactly the film's length.
struct ComposeMusic<Maker: MusicMaker>: TaskExecutor {
  let maker: Maker
  let shelf: Shelf
  let media: MediaPool

  func execute(_ task: LeasedTask, _ context: TaskContext) async throws -> TaskResult {
    guard case .music(let input) = task.command.input else {
      throw QueueError.foreign(task.command.input.phase)
    }
    let recipe = MusicRecipe(
      input: input, keys: StorageKeys.video(user: task.command.userId, video: input.videoId), maker: maker,
      media: media, context: context)
    let take = try await shelf.take(recipe, for: task, context)
    return .music(
      MusicResult(
        track: try take.file(MusicRecipe<Maker>.track), take: take.number,
        durationSeconds: input.durationSeconds))
  }
}

/// How music is made, and what it must be.
struct MusicRecipe<Maker: MusicMaker>: TakeRecipe {
  static var track: String { "track" }

  let input: MusicInput
  let keys: StorageKeys
  let maker: Maker
  let media: MediaPool
  let context: TaskContext

  var slot: Slot {
    let keys = keys
    return Slot(name: keys.music(), roles: [Self.track]) { _, take in keys.music(take: take) }
  }

  func make(_ role: String, kept: [String: String], in directory: String) async throws -> String {
    let path = "\(directory)/music.mp3"
    try await context.timed { try await maker.makeMusic(input, at: path) }
    return path
  }

  /// A tenth of a second is what a container's own idea of an MP3's length may be off.
  func verify(_ role: String, file: String) async throws {
    let seconds = try await media.run { try Probe.probe(file, cancel: $0).audios.first?.durationSeconds ?? 0 }
    guard abs(seconds - input.durationSeconds) <= 0.1 else {
      throw TaskFault(
        code: "music_mismatch",
        detail: "The music is \(seconds) s long instead of \(input.durationSeconds) s.", kind: .config)
    }
  }
}
