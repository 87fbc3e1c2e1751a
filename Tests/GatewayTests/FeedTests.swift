import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceKit
import Synchronization
import Testing

@testable import Gateway

private func entry(_ seq: Int) -> FeedEntry {
  FeedEntry(
    seq: seq, type: "video", id: Fixture.id.description, status: "planning", progress: seq, message: "m",
    version: seq, at: Fixture.instant)
}

private func page(_ entries: ClosedRange<Int>?, last: Int, first: Int = 1) -> FeedPage {
  FeedPage(entries: entries.map { $0.map(entry) } ?? [], lastSeq: last, firstSeq: first)
}

struct FeedCursorTests {
  @Test(
    arguments: [
      (nil, nil, FeedCursor.Request.fresh), ("", "", .fresh), ("7", "3", .after(7)), (nil, "0", .after(0)),
      (nil, " 5 ", .after(5)), ("x", "3", .garbage), ("-1", nil, .garbage), ("1.5", nil, .garbage),
      ("99999999999999999999", nil, .garbage), ("+3", nil, .garbage),
    ] as [(String?, String?, FeedCursor.Request)])
  func cursorIsRead(_ header: String?, _ query: String?, _ expected: FeedCursor.Request) {
    #expect(FeedCursor.Request(lastEventId: header, after: query) == expected)
  }

  @Test(arguments: [
    (FeedCursor.Request.fresh, FeedCursor.Opening.hello(20), 20), (.after(20), .resumed, 20),
    (.after(0), .resumed, 0), (.after(9), .resumed, 9), (.after(8), .resync(20), 20),
    (.after(21), .resync(20), 20),
    (.garbage, .resync(20), 20),
  ])
  func streamBeginsByTheEndsOfTheLog(
    _ request: FeedCursor.Request, _ opening: FeedCursor.Opening, _ position: Int
  ) {
    let opened = FeedCursor.open(request, page: page(nil, last: 20, first: 10))
    #expect(opened.opening == opening)
    #expect(opened.cursor.position == position)
  }

  @Test func emptyLogIsNoReasonToResync() {
    #expect(FeedCursor.open(.after(0), page: page(nil, last: 0)).opening == .resumed)
    #expect(FeedCursor.open(.fresh, page: page(nil, last: 0)).opening == .hello(0))
  }

  @Test func entriesComeOnceAndInOrder() {
    var cursor = FeedCursor.open(.after(2), page: page(nil, last: 5)).cursor
    var shuffled = page(2...5, last: 5)
    shuffled.entries.reverse()
    let first = cursor.take(shuffled, limit: 10)
    let second = cursor.take(page(3...6, last: 6), limit: 10)
    #expect(first.entries.map(\.seq) == [3, 4, 5])
    #expect(second.entries.map(\.seq) == [6])
    #expect(!first.more)
  }

  @Test func fullPageMeansMoreAndGoesOnlyToItsEnd() {
    var cursor = FeedCursor.open(.after(0), page: page(nil, last: 5)).cursor
    let (entries, more) = cursor.take(page(1...2, last: 5), limit: 2)
    #expect(entries.count == 2)
    #expect(more)
    #expect(cursor.position == 2)
  }

  @Test func filteredLogMovesToItsNewestNumber() {
    var cursor = FeedCursor.open(.after(0), page: page(nil, last: 9)).cursor
    let (entries, more) = cursor.take(FeedPage(entries: [entry(4)], lastSeq: 9, firstSeq: 1), limit: 10)
    #expect(entries.map(\.seq) == [4])
    #expect(!more)
    #expect(cursor.position == 9)
  }

  /// However the log grows between the pages, what arrives is 1…n.
  @Test func randomPagesGiveEveryNumberOnce() {
    for _ in 0..<200 {
      var cursor = FeedCursor.open(.after(0), page: page(nil, last: 0)).cursor
      var log = 0
      var seen: [Int] = []
      while log < 40 {
        log += Int.random(in: 0...5)
        let from = cursor.position + 1 - Int.random(in: 0...min(2, cursor.position))
        let limit = 3 + Int.random(in: 0...3)
        let upTo = min(log, from + limit - 1)
        seen += cursor.take(page(from <= upTo ? from...upTo : nil, last: log), limit: limit).entries.map(
          \.seq)
      }
      #expect(seen == Array(1..<seen.count + 1))
    }
  }
}

struct ServerSentEventTests {
  @Test func entryIsOneMessage() throws {
    let text = try ServerSentEvent(entry(7)).text
    #expect(text.hasPrefix("id: 7\nevent: video\ndata: {"))
    #expect(text.hasSuffix("}\n\n"))
    #expect(text.contains("\"seq\":7"))
    #expect(text.split(separator: "\n").count == 3)
  }

  @Test func helloAndResyncSayWhereTheFeedIs() throws {
    #expect(ServerSentEvent(.hello(5))?.text == "id: 5\nevent: hello\ndata: {\"seq\":5}\n\n")
    #expect(ServerSentEvent(.resync(5))?.text == "id: 5\nevent: resync\ndata: {\"seq\":5}\n\n")
    #expect(ServerSentEvent(.resumed) == nil)
  }
}

/// Collects what a stream writes and says when a text has come.
private final class Screen: Sendable {
  let text = Mutex("")
  private let arrivals = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

  func append(_ more: String) {
    text.withLock { $0 += more }
    arrivals.continuation.yield()
  }

  func waitFor(_ expected: String) async {
    for await _ in arrivals.stream where text.withLock({ $0.contains(expected) }) { return }
  }
}

private struct ScreenWriter: ResponseBodyWriter {
  let screen: Screen

  mutating func write(_ buffer: ByteBuffer) async throws { screen.append(String(buffer: buffer)) }
  consuming func finish(_ trailingHeaders: HTTPFields?) async throws { screen.append("END") }
}

/// A log that grows while it is read.
private final class Log: Sendable {
  let last: Mutex<Int>
  let failures = Mutex(0)

  init(last: Int) { self.last = Mutex(last) }

  func read(_ after: Int) throws -> FeedPage {
    let fails = failures.withLock { count in
      count -= 1
      return count >= 0
    }
    if fails { throw Problem.unavailable("away") }
    let last = last.withLock { $0 }
    let upTo = min(last, after + EventRoutes.pageSize)
    return page(after < upTo ? after + 1...upTo : nil, last: last)
  }
}

struct FeedStreamTests {
  private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  /// Streams `log` from `wish` while `body` runs, then ends the stream and answers what was written.
  private func stream(
    _ log: Log, _ wish: FeedCursor.Request, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
    mayGoOn: @escaping @Sendable () async -> Bool = { true }, _ body: (FeedHub, Screen) async throws -> Void
  ) async throws -> String {
    let hub = FeedHub(redis: nil, logger: logger)
    let listener = try #require(hub.listen(to: "local"))
    let (cursor, opening) = FeedCursor.open(wish, page: try log.read(0))
    let feed = FeedStream(
      cursor: cursor, opening: opening, listener: listener, hub: hub, logger: logger, now: now,
      mayGoOn: mayGoOn
    ) {
      try log.read($0)
    }
    let screen = Screen()
    let writing = Task {
      var writer: any ResponseBodyWriter = ScreenWriter(screen: screen)
      try await feed.write(to: &writer)
    }
    try await body(hub, screen)
    listener.finish()
    try await writing.value
    return screen.text.withLock { $0 }
  }

  private func numbers(_ text: String) -> [Int] {
    text.split(separator: "\n").compactMap { $0.hasPrefix("id: ") ? Int($0.dropFirst(4)) : nil }
  }

  @Test func streamResumesReadsOnAndEnds() async throws {
    let log = Log(last: 600)
    let text = try await stream(log, .after(1)) { hub, screen in
      await screen.waitFor("id: 600\n")
      log.last.withLock { $0 = 603 }
      hub.ring("local")
      await screen.waitFor("id: 603\n")
    }
    #expect(text.hasPrefix("retry: "))
    #expect(numbers(text) == Array(2...603))
    #expect(text.hasSuffix("END"))
  }

  @Test func newStreamSaysHelloAndThenOnlyWhatIsNew() async throws {
    let log = Log(last: 5)
    let text = try await stream(log, .fresh) { hub, screen in
      await screen.waitFor("event: hello")
      log.last.withLock { $0 = 6 }
      hub.ring("local")
      await screen.waitFor("id: 6\n")
    }
    #expect(numbers(text) == [5, 6])
  }

  @Test func nothingIsLostWhileTheLogCannotBeRead() async throws {
    let log = Log(last: 2)
    let text = try await stream(log, .after(0)) { hub, screen in
      await screen.waitFor("id: 2\n")
      log.failures.withLock { $0 = 3 }
      log.last.withLock { $0 = 4 }
      while !screen.text.withLock({ $0.contains("id: 4\n") }) {
        hub.ring("local")
        await Task.yield()
      }
    }
    #expect(numbers(text) == [1, 2, 3, 4])
  }

  @Test func streamEndsOnceTheKeyIsRevoked() async throws {
    let time = Mutex(ContinuousClock.now)
    let log = Log(last: 1)
    let text = try await stream(log, .after(0), now: { time.withLock { $0 } }, mayGoOn: { false }) {
      hub, screen in
      await screen.waitFor("id: 1\n")
      log.last.withLock { $0 = 2 }
      hub.ring("local")
      await screen.waitFor("id: 2\n")
      time.withLock { $0 += FeedStream.pingEvery }
      hub.ring("local")
      await screen.waitFor("END")
    }
    #expect(numbers(text) == [1, 2])
  }

  @Test func listenersAreLetGoAndLimited() throws {
    let hub = FeedHub(redis: nil, logger: logger)
    var listeners = (0..<FeedHub.mostPerUser).map { _ in hub.listen(to: "ada") }
    #expect(listeners.allSatisfy { $0 != nil })
    #expect(hub.listen(to: "ada") == nil)
    #expect(hub.listen(to: "eve") != nil)
    listeners.removeAll()
    #expect(hub.count == 0)
  }

  @Test func paceReadsWhenThereIsAReason() {
    let now = ContinuousClock.now
    var pace = Pace()
    #expect(!pace.mustRead(hinted: false, hears: true, now: now))
    #expect(pace.mustRead(hinted: true, hears: true, now: now))
    #expect(pace.mustRead(hinted: false, hears: false, now: now))
    #expect(pace.mustRead(hinted: false, hears: true, now: now + .seconds(16)))
    pace.failed()
    #expect(pace.mustRead(hinted: false, hears: true, now: now))
  }
}
