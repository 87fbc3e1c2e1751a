import ArgumentParser
import Artifacts
import ServiceKit

/// Which store a tool works on.
struct StoreOptions: ParsableArguments {
  @Option(help: "The folder of the store; else what LONGTAKE_S3_BUCKET or LONGTAKE_ARTIFACTS_DIR names.")
  var artifacts: String?
  /// Read instead of this process' environment.
  var environment: [String: String]?

  private enum CodingKeys: CodingKey { case artifacts }

  /// The store, or every fault of its settings.
  func open() throws -> any ArtifactStore {
    if let artifacts { return ArtifactStoreSettings(folder: artifacts).open() }
    let settings = environment.map { Settings(environment: $0) } ?? Settings()
    let store = ArtifactStoreSettings(settings)
    try settings.validate()
    return store.open()
  }
}
