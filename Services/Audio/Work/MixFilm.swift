import Artifacts
import Contracts
import Media
import Queue

/// Executes the phase `mix`: the stitched film with its music, or without sound where there is none, and its
/// certificate.
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
    let certificate = recipe.certificate
    var findings = certificate?.checks.warnings ?? []
    let waveform = take.files[MixRole.waveform]
    if input.music != nil, waveform == nil {
      findings.append(
        Warning(code: "picture_missing", phase: "mix", detail: "The film's waveform could not be made."))
    }
    return .mix(
      MixResult(
        film: try take.file(MixRole.film), take: take.number, frameCount: input.frameCount,
        hasAudio: input.music != nil, certificate: try take.file(MixRole.certificate),
        delivery: certificate, waveform: waveform, findings: findings.isEmpty ? nil : findings))
  }
}

/// The files of a mixed film's take.
enum MixRole {
  static let film = "film"
  static let certificate = "certificate"
  static let waveform = "waveform"
}
