import Artifacts
import Contracts
import Media
import MediaWork
import Queue
import ServiceKit

/// Builds the service from its settings.
struct Wiring {
  let assembly: Assembly

  init(_ start: Start) throws {
    let artifacts = start.checked("store") {
      ArtifactStoreSettings(start.settings).open()
    } look: {
      try await $0.check()
    }
    let service = try WorkerService(start, migrations: ChunkMigrations.all)
    let media = MediaPool(size: 2)
    let shelf = Shelf(
      artifacts: artifacts, takes: TakeStore(table: "takes", pool: service.pool),
      workspace: service.workspace)
    var assembly = try service.assembly(
      executors: [
        .chunk: RenderChunk(
          maker: { AnimaticVideoMaker(media: media, progress: $0) }, shelf: shelf, media: media),
        .stitch: StitchChunks(shelf: shelf, media: media),
      ],
      checks: [ReadyCheck("store", required: true) { try await artifacts.check() }],
      forget: { try await shelf.forget($0) })
    assembly.services.append(UploadSweep(artifacts: artifacts, logger: start.logger))
    self.assembly = assembly
  }
}
