import Artifacts
import Contracts
import Media
import Providers
import Queue

/// Executes the phase `reference`: one image, at least as large as the film.
struct MakeReference<Maker: ImageMaker>: TaskExecutor {
  let maker: Maker
  let shelf: Shelf
  let media: MediaPool

  func execute(_ task: LeasedTask, _ context: TaskContext) async throws -> TaskResult {
    guard case .reference(let input) = task.command.input else {
      throw QueueError.foreign(task.command.input.phase)
    }
    let keys = StorageKeys.video(user: task.command.userId, video: input.videoId)
    let recipe = ReferenceRecipe(spec: input.spec, keys: keys, maker: maker, media: media, context: context)
    let take = try await shelf.take(recipe, for: task, context)
    return .reference(ReferenceResult(image: try take.file(ReferenceRecipe<Maker>.image), take: take.number))
  }
}

/// How a reference is made, and what it must be.
struct ReferenceRecipe<Maker: ImageMaker>: TakeRecipe {
  static var image: String { "image" }

  let spec: Spec
  let keys: StorageKeys
  let maker: Maker
  let media: MediaPool
  let context: TaskContext

  var slot: Slot {
    let keys = keys
    return Slot(name: keys.productReference(), roles: [Self.image]) { _, take in
      keys.productReference(take: take)
    }
  }

  func make(_ role: String, kept: [String: String], in directory: String) async throws -> String {
    let path = "\(directory)/reference.png"
    try await context.timed { try await maker.makeImage(for: spec, at: path) }
    return path
  }

  func verify(_ role: String, file: String) async throws {
    let size = try await media.run { _ in
      let picture = try PNG.read(file)
      return [picture.width, picture.height]
    }
    guard size[0] >= spec.width, size[1] >= spec.height else {
      throw TaskFault(
        code: "image_too_small",
        detail: "The image is \(size[0])×\(size[1]), smaller than the film of \(spec.width)×\(spec.height).",
        kind: .config)
    }
  }
}
