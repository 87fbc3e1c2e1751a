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
    let service = try WorkerService(start, migrations: ReferenceMigrations.all)
    let media = MediaPool(size: 2)
    let shelf = Shelf(
      artifacts: artifacts, takes: TakeStore(table: "reference_images", pool: service.pool),
      workspace: service.workspace)
    let reference = MakeReference(maker: StoryboardImageMaker(media: media), shelf: shelf, media: media)
    assembly = try service.assembly(
      executors: [.reference: reference],
      checks: [ReadyCheck("store", required: true) { try await artifacts.check() }],
      forget: { try await shelf.forget($0) })
  }
}
