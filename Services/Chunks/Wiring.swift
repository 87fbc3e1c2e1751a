import Artifacts
import Contracts
import Media
import MediaWork
import Queue
import ServiceKit

/// What can be set besides what every worker has.
enum ChunkSettings {
  static let localLatency = ServiceKit.Setting(
    "LONGTAKE_LOCAL_LATENCY_SECONDS", default: "0",
    "How long the local provider takes at least for a clip, to rehearse a slow one.")
}

/// Builds the service from its settings.
struct Wiring {
  let assembly: Assembly

  init(_ start: Start) throws {
    let artifacts = start.checked("store") {
      ArtifactStoreSettings(start.settings).open()
    } look: {
      try await $0.check()
    }
    let latency = start.settings.duration(ChunkSettings.localLatency, in: 0...600)
    let service = try WorkerService(start, migrations: ChunkMigrations.all)
    let media = MediaPool(size: 2)
    let shelf = Shelf(
      artifacts: artifacts, takes: TakeStore(table: "takes", pool: service.pool),
      workspace: service.workspace)
    var assembly = try service.assembly(
      executors: [
        .chunk: RenderChunk(
          maker: { AnimaticVideoMaker(media: media, latency: latency, progress: $0) }, shelf: shelf,
          media: media),
        .stitch: StitchChunks(shelf: shelf, media: media),
      ],
      checks: [ReadyCheck("store", required: true) { try await artifacts.check() }],
      forget: { try await shelf.forget($0) })
    assembly.services.append(UploadSweep(artifacts: artifacts, logger: start.logger))
    self.assembly = assembly
  }
}
