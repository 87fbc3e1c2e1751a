import ServiceKit
import ServiceLifecycle

/// Runs a service as soon as the tables are there.
struct OnceReady<Wrapped: Service>: Service {
  let database: Database
  let service: Wrapped

  func run() async throws {
    do {
      try await cancelWhenGracefulShutdown { try await database.whenReady() }
    } catch is CancellationError {
      return
    }
    try await service.run()
  }
}

extension Database {
  /// The service, held back until the tables are there.
  func once(_ service: some Service) -> any Service { OnceReady(database: self, service: service) }
}
