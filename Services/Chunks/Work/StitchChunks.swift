import Artifacts
import Contracts
import FoundationEssentials
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
    var findings = recipe.extras.sorted().filter { take.files[$0] == nil }.map { role in
      Warning(code: "picture_missing", phase: "stitch", detail: "The film's \(role) could not be made.")
    }
    let seams = try await seams(of: clips, context, &findings)
    let report = recipe.report.withLock { $0 }
    return .stitch(
      StitchResult(
        video: try take.file(StitchRole.film), take: take.number, frameCount: input.frameCount,
        // Of a film that an earlier attempt stored nobody knows; it may not be called a copy.
        method: report?.method == .copy ? .copy : .encode,
        notes: report?.notes ?? ["The file of an earlier attempt was whole and is used."], seams: seams,
        poster: take.files[StitchRole.poster], filmstrip: take.files[StitchRole.filmstrip],
        filmstripVtt: take.files[StitchRole.filmstripVtt], findings: findings.isEmpty ? nil : findings))
  }

  /// The joins as they look; a film whose joins cannot be measured is no worse for it.
  private func seams(
    of clips: [String], _ context: TaskContext, _ findings: inout [Warning]
  ) async throws -> [Seam]? {
    guard clips.count > 1 else { return [] }
    do {
      return try await context.timed {
        try await media.run { try Seams.measure(clips, cancel: $0).joins.map(Seam.init) }
      }
    } catch {
      try Task.checkCancellation()
      context.note("seams", "\(error)")
      findings.append(
        Warning(
          code: "seams_unmeasured", phase: "stitch", detail: "The joins between the clips were not measured.")
      )
      return nil
    }
  }
}

/// The files of a stitched film's take.
enum StitchRole {
  static let film = "film"
  static let poster = "poster"
  static let filmstrip = "filmstrip"
  static let filmstripVtt = "filmstrip_vtt"
}

extension Seam {
  /// What is told of a measured join, in hundredths.
  init(_ join: Join) {
    let hundredths = { (value: Double) in (value * 100).rounded() / 100 }
    self.init(
      chunk: join.clip, relativePsnrDb: hundredths(join.relativePsnrDb),
      ssim: (join.ssim * 1000).rounded() / 1000, deltaY: hundredths(join.deltaY),
      deltaU: hundredths(join.deltaU), deltaV: hundredths(join.deltaV),
      motionRatio: join.motionRatio.map(hundredths), verdict: Verdict(join.verdict))
  }
}

extension Seam.Verdict {
  init(_ verdict: Join.Verdict) {
    self =
      switch verdict {
      case .good: .good
      case .visible: .visible
      case .broken: .broken
      }
  }
}

/// How clips are joined, and what the result must be.
final class StitchRecipe: TakeRecipe {
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
    let roles = [StitchRole.film, StitchRole.poster, StitchRole.filmstrip, StitchRole.filmstripVtt]
    return Slot(name: keys.stitched(), roles: roles) { role, take in
      switch role {
      case StitchRole.poster: keys.poster(take: take)
      case StitchRole.filmstrip: keys.filmstrip(take: take)
      case StitchRole.filmstripVtt: keys.filmstripVtt(take: take)
      default: keys.stitched(take: take)
      }
    }
  }

  var extras: Set<String> { [StitchRole.poster, StitchRole.filmstrip, StitchRole.filmstripVtt] }

  private let sheet = Mutex<ArtifactReference?>(nil)

  func stored(_ role: String, _ file: ArtifactReference) {
    if role == StitchRole.filmstrip { sheet.withLock { $0 = file } }
  }

  func make(_ role: String, kept: [String: String], in directory: String) async throws -> String {
    guard let film = kept[StitchRole.film] else { return try await stitch(in: directory) }
    let strip = Filmstrip(
      frameCount: input.frameCount, fps: input.fps, width: input.width, height: input.height)
    if role == StitchRole.filmstripVtt { return try webVTT(of: strip, in: directory) }
    let (sheet, poster) = ("\(directory)/filmstrip.jpg", "\(directory)/poster.jpg")
    let wanted = role == StitchRole.poster ? poster : sheet
    // Both come from one walk over the film.
    if !FileManager.default.fileExists(atPath: wanted) {
      try await context.timed {
        try await media.run { try strip.write(from: film, sheet: sheet, poster: poster, cancel: $0) }
      }
    }
    return wanted
  }

  private func stitch(in directory: String) async throws -> String {
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

  /// Names the sheet as it is stored beside it.
  private func webVTT(of strip: Filmstrip, in directory: String) throws -> String {
    guard let name = sheet.withLock({ $0?.key })?.split(separator: "/").last else {
      throw TaskFault(code: "filmstrip_missing", detail: "There is no sheet to point to.", kind: .bug)
    }
    let path = "\(directory)/filmstrip.vtt"
    try Data(strip.webVTT(sheet: String(name)).utf8).write(to: URL(filePath: path))
    return path
  }

  func verify(_ role: String, file: String) async throws {
    switch role {
    case StitchRole.film:
      let shape = ClipShape(
        frameCount: input.frameCount, fps: input.fps, width: input.width, height: input.height)
      try await media.run { try shape.check(file, $0) }
    case StitchRole.filmstripVtt:
      guard try Data(contentsOf: URL(filePath: file)).starts(with: Data("WEBVTT".utf8)) else {
        throw TaskFault(code: "filmstrip_broken", detail: "The filmstrip's index is no WebVTT.", kind: .bug)
      }
    default: try await media.run { _ in try JPEG.check(file) }
    }
  }
}
