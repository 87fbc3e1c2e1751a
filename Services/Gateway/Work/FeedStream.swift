import Contracts
import FoundationEssentials
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// One open event stream: reads the log whenever it may have grown and writes what is new.
///
/// It holds one page at most and reads the next only when that is written, so a slow reader costs nothing
/// and misses nothing.
struct FeedStream: Sendable {
  static let pingEvery: Duration = .seconds(15)

  let cursor: FeedCursor
  let opening: FeedCursor.Opening
  let listener: Listener
  let hub: FeedHub
  let logger: Logger
  var now: @Sendable () -> ContinuousClock.Instant = { .now }
  /// Whether the caller's credential still holds; asked as often as the stream pings.
  let mayGoOn: @Sendable () async -> Bool
  /// The log behind a number.
  let read: @Sendable (Int) async throws -> FeedPage

  /// Writes until the client is gone, its credential was revoked, or the service stops.
  @concurrent
  func write(to writer: inout any ResponseBodyWriter) async throws {
    var text = ServerSentEvent.retry(milliseconds: Int.random(in: 1000...3000))
    if let event = ServerSentEvent(opening) { text += event.text }
    try await writer.write(ByteBuffer(string: text))
    var pace = Pace()
    var cursor = cursor
    try await forward(&cursor, to: &writer, &pace)
    let (listener, rings) = (listener, listener.rings)
    var checked = now()
    try await withTaskCancellationOrGracefulShutdownHandler {
      for await _ in rings {
        if now() - checked >= Self.pingEvery {
          guard await mayGoOn() else { break }
          checked = now()
        }
        if pace.mustRead(hinted: listener.takeHint(), hears: hub.hears) {
          try await forward(&cursor, to: &writer, &pace)
        }
        if pace.mustPing {
          try await writer.write(ByteBuffer(string: ServerSentEvent.ping))
          pace.wrote()
        }
      }
    } onCancelOrGracefulShutdown: {
      listener.finish()
    }
    try await writer.finish(nil)
  }

  /// Sends what is behind the cursor; while Status is away the next ring tries again.
  @concurrent
  private func forward(
    _ cursor: inout FeedCursor, to writer: inout any ResponseBodyWriter, _ pace: inout Pace
  ) async throws {
    while true {
      let page: FeedPage
      do {
        page = try await read(cursor.position)
      } catch {
        try Task.checkCancellation()
        pace.failed()
        logger.debug("the feed could not be read", metadata: ["error": "\(error)"])
        return
      }
      pace.hasRead()
      let (entries, more) = cursor.take(page, limit: EventRoutes.pageSize)
      if !entries.isEmpty {
        let text = try entries.map { try ServerSentEvent($0).text }.joined()
        try await writer.write(ByteBuffer(string: text))
        pace.wrote()
      }
      if !more { return }
    }
  }
}

/// When a stream reads and when it pings.
struct Pace: Sendable {
  private var lastRead = ContinuousClock.now
  private var lastWrite = ContinuousClock.now
  private var owes = false

  /// A hint, deafness, a failure before and a quarter of a minute are each reason enough.
  func mustRead(hinted: Bool, hears: Bool, now: ContinuousClock.Instant = .now) -> Bool {
    hinted || !hears || owes || now - lastRead >= FeedStream.pingEvery
  }

  var mustPing: Bool { ContinuousClock.now - lastWrite >= FeedStream.pingEvery }

  mutating func hasRead() {
    lastRead = .now
    owes = false
  }

  mutating func wrote() { lastWrite = .now }
  mutating func failed() { owes = true }
}
