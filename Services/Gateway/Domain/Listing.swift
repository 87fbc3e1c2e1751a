import Contracts
import FoundationEssentials

/// A page of a list as the public API shows it.
struct Listing<Item: Encodable & Sendable>: Encodable, Sendable {
  var items: [Item]
  @Present var nextCursor: String?

  init(items: [Item], nextCursor: String?) {
    self.items = items
    self.nextCursor = nextCursor
  }
}

/// One step of a video from status to status.
struct TransitionView: Encodable, Sendable, Equatable {
  @Present var from: String?
  var to: String
  var at: Date
  var actor: String
  var version: Int
  var generation: Int
  @Present var detail: String?

  init(_ transition: Transition) {
    from = transition.from
    to = transition.to
    at = transition.at
    actor = transition.actor
    version = transition.version
    generation = transition.generation
    detail = transition.detail
  }
}

/// What is left of an erased video.
struct ReceiptView: Encodable, Sendable, Equatable {
  var status: String
  var requestedAt: Date
  @Present var finishedAt: Date?
  var waitingFor: [ServiceName]

  init(_ receipt: DeletionReceipt) {
    status = receipt.status
    requestedAt = receipt.requestedAt
    finishedAt = receipt.finishedAt
    waitingFor = receipt.waitingFor
  }
}

/// What a video would cost and take.
struct EstimateView: Encodable, Sendable, Equatable {
  var chunkCount: Int
  var chunkDurationSeconds: Double
  var trimmedSeconds: Double
  var cost: Estimate.Cost
  var etaSeconds: Estimate.Eta

  init(_ estimate: Estimate) {
    chunkCount = estimate.chunkCount
    chunkDurationSeconds = estimate.chunkDurationSeconds
    trimmedSeconds = estimate.trimmedSeconds
    cost = estimate.cost
    etaSeconds = estimate.etaSeconds
  }
}
