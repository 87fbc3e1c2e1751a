import Contracts
import FoundationEssentials
import HTTPTypes
import ServiceKit

/// The services behind the gateway, as it speaks with them: one function per internal route.
struct Neighbours: Sendable {
  let status: ServiceClient
  let planner: ServiceClient

  func create(_ id: VideoID, user: String, _ request: VideoRequest) async throws -> VideoDocument {
    let message = CreateVideo(request: request, traceparent: CurrentRequest.trace?.traceparent)
    return try await status.call(.put, "/v1/videos/\(id)", user: user, body: message)
  }

  func video(_ id: VideoID, user: String) async throws -> VideoDocument {
    try await status.call(.get, "/v1/videos/\(id)", user: user)
  }

  /// `query` begins with `?` or is empty.
  func videos(user: String, query: String) async throws -> Page<VideoDocument> {
    try await status.call(.get, "/v1/videos\(query)", user: user)
  }

  func change(_ id: VideoID, user: String, _ change: ChangeVideo) async throws -> VideoDocument {
    try await status.call(.patch, "/v1/videos/\(id)", user: user, body: change)
  }

  func act(_ id: VideoID, action: ActionID, user: String, _ message: ActOnVideo) async throws -> VideoDocument
  {
    try await status.call(.put, "/v1/videos/\(id)/actions/\(action)", user: user, body: message)
  }

  /// Only that it was accepted matters: the video is gone from now on.
  func delete(_ id: VideoID, action: ActionID, user: String, _ message: ActOnVideo) async throws {
    try await status.send(.put, "/v1/videos/\(id)/actions/\(action)", user: user, body: message)
  }

  func deletion(_ id: VideoID, user: String) async throws -> DeletionReceipt {
    try await status.call(.get, "/v1/deletions/\(id)", user: user)
  }

  func history(_ id: VideoID, user: String) async throws -> Page<Transition> {
    try await status.call(.get, "/v1/videos/\(id)/history", user: user)
  }

  func ledger(_ id: VideoID, user: String) async throws -> Page<LedgerEntry> {
    try await status.call(.get, "/v1/videos/\(id)/ledger", user: user)
  }

  /// Entries behind `after`; all of the user's, or only those of one video.
  func feed(user: String, after: Int, limit: Int, video: VideoID?) async throws -> FeedPage {
    let filter = video.map { "&type=video&id=\($0)" } ?? ""
    return try await status.call(.get, "/v1/feed?after=\(after)&limit=\(limit)\(filter)", user: user)
  }

  func machines() async throws -> [MachineDescription] { try await status.call(.get, "/v1/machines") }

  func estimate(_ request: VideoRequest, user: String) async throws -> Estimate {
    try await planner.call(.post, "/v1/estimate", user: user, body: request)
  }

  func templates() async throws -> [TemplateDescription] { try await planner.call(.get, "/v1/templates") }
}
