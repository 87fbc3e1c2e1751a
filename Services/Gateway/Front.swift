import Artifacts
import Hummingbird
import Providers
import ServiceKit

/// Everything that the gateway answers with, whatever it is wired to.
struct Front: Sendable {
  let neighbours: Neighbours
  let idempotency: any IdempotencyStore
  let keys: KeyRing
  let artifacts: any ArtifactStore
  let signer: LinkSigner
  let hub: FeedHub
  let catalogue: ModelCatalogue
  let publicURL: String?
  let fallbackHost: String
  let auth: AuthMode
  let origins: Set<String>
  let perMinute: Int

  /// The routes and what stands around them, without services.
  var assembly: Assembly {
    let address = Address(publicURL: publicURL, fallback: fallbackHost, signer: signer)
    let neighbours = neighbours
    let templates = TemplateCache { try await neighbours.templates() }
    let idempotency = Idempotency(store: idempotency, address: address)
    let authentication = Authentication(mode: auth, origins: origins, keys: keys)
    let videos = VideoRoutes(
      neighbours: neighbours, idempotency: idempotency, address: address,
      reader: VideoRequestReader(catalogue: catalogue), templates: templates)
    let catalogueRoutes = CatalogueRoutes(
      neighbours: neighbours, templates: templates, catalogue: catalogue, mode: auth,
      requestsPerMinute: perMinute)
    var assembly = Assembly(
      publicRoutes: [
        videos.routes, ActionRoutes(videos: videos).routes,
        EventRoutes(neighbours: neighbours, hub: hub, authentication: authentication).routes,
        MediaRoutes(store: artifacts, signer: signer, address: address).routes, catalogueRoutes.routes,
        KeyRoutes(ring: keys, idempotency: idempotency).routes,
      ],
      middleware: [
        CORS(origins: origins), RateLimit(perMinute: perMinute), authentication,
      ],
      checks: [ReadyCheck("store", required: true) { [artifacts] in try await artifacts.check() }])
    assembly.problemBase = { address.base($0) }
    return assembly
  }
}
