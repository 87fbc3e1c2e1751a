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
    let service = try WorkerService(start, migrations: AudioMigrations.all)
    let media = MediaPool(size: 2)
    let shelf = Shelf(
      artifacts: artifacts, takes: TakeStore(table: "tracks", pool: service.pool),
      workspace: service.workspace)
    assembly = try service.assembly(
      executors: [
        .music: ComposeMusic(maker: ScoreMusicMaker(media: media), shelf: shelf, media: media),
        .mix: MixFilm(shelf: shelf, media: media),
      ],
      checks: [ReadyCheck("store", required: true) { try await artifacts.check() }],
      forget: { try await shelf.forget($0) })
  }
}
