import Artifacts
import Contracts
import FoundationEssentials
import Media
import Queue
import ServiceKit
import Synchronization

/// How a film is mixed, what it must be, and what is certified of it.
final class MixRecipe: TakeRecipe {
  /// What was found out about the film of the take.
  private struct Found {
    var film: ArtifactReference?
    var inspection: FilmInspection?
    var certificate: DeliveryCertificate?
  }

  private let input: MixInput
  private let keys: StorageKeys
  /// Local files.
  private let video: String
  private let music: String?
  private let media: MediaPool
  private let context: TaskContext
  private let found = Mutex(Found())

  init(
    input: MixInput, keys: StorageKeys, video: String, music: String?, media: MediaPool, context: TaskContext
  ) {
    self.input = input
    self.keys = keys
    self.video = video
    self.music = music
    self.media = media
    self.context = context
  }

  /// The certificate of the take that is stored.
  var certificate: DeliveryCertificate? { found.withLock { $0.certificate } }

  var slot: Slot {
    let keys = keys
    let roles = [MixRole.film, MixRole.certificate] + (input.music == nil ? [] : [MixRole.waveform])
    return Slot(name: keys.final(), roles: roles) { role, take in
      switch role {
      case MixRole.certificate: keys.delivery(take: take)
      case MixRole.waveform: keys.waveform(take: take)
      default: keys.final(take: take)
      }
    }
  }

  var extras: Set<String> { [MixRole.waveform] }

  func make(_ role: String, kept: [String: String], in directory: String) async throws -> String {
    switch role {
    case MixRole.certificate:
      let path = "\(directory)/delivery.json"
      try JSON.encode(try certify()).write(to: URL(filePath: path))
      return path
    case MixRole.waveform:
      let path = "\(directory)/waveform.png"
      guard let sound = found.withLock({ $0.inspection?.sound }) else { throw Self.notInspected }
      try await context.timed {
        try await media.run { _ in try PNG.write(sound.waveform.picture(), to: path) }
      }
      return path
    default: return try await mix(in: directory)
    }
  }

  private func mix(in directory: String) async throws -> String {
    let path = "\(directory)/final_draft.mp4"
    let (input, video, music) = (input, video, music)
    let report = try await context.timed {
      try await media.run { cancel in
        try Mixer.mix(
          video: video, music: music, volume: input.volume, to: path, frameCount: input.frameCount,
          fps: input.fps, cancel: cancel)
      }
    }
    if !report.notes.isEmpty { context.note("mix", report.notes.joined(separator: " ")) }
    return path
  }

  func stored(_ role: String, _ file: ArtifactReference) {
    if role == MixRole.film { found.withLock { $0.film = file } }
  }

  func verify(_ role: String, file: String) async throws {
    switch role {
    case MixRole.film:
      let inspection = try await media.run { try FilmInspection.inspect(file, cancel: $0) }
      let faults = DeliveryPlan(input).checks(of: inspection).faults
      guard faults.isEmpty else {
        let reasons = (faults + [inspection.damage].compactMap(\.self)).joined(separator: " ")
        throw TaskFault(
          code: "film_mismatch", detail: "The mixed film is not what was planned: \(reasons)", kind: .config)
      }
      found.withLock { $0.inspection = inspection }
    case MixRole.certificate:
      let certificate = try JSON.decode(
        DeliveryCertificate.self, from: try Data(contentsOf: URL(filePath: file)))
      guard certificate.sha256 == found.withLock({ $0.film?.sha256 }) else {
        throw TaskFault(
          code: "certificate_mismatch", detail: "The certificate is another film's.", kind: .config)
      }
      found.withLock { $0.certificate = certificate }
    default: _ = try await media.run { _ in try PNG.read(file) }
    }
  }

  private func certify() throws -> DeliveryCertificate {
    let (film, inspection) = found.withLock { ($0.film, $0.inspection) }
    guard let film, let inspection else { throw Self.notInspected }
    let plan = DeliveryPlan(input)
    let checks = plan.checks(of: inspection)
    var software = MediaLibraries.versions
    software["longtake-audio"] = Audio.identity.version
    return DeliveryCertificate(
      videoId: input.videoId, file: film.key.split(separator: "/").last.map(String.init) ?? film.key,
      bytes: film.bytes, sha256: film.sha256, verdict: checks.verdict, checks: checks, seams: plan.seams,
      software: software)
  }

  private static let notInspected = TaskFault(
    code: "film_not_inspected", detail: "The film was not looked at before it was certified.", kind: .bug)
}
