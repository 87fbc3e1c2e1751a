import Contracts

/// Where one reader of a user's feed stands.
///
/// Pure: it is told pages of the log and says what is to be sent, each entry once and in order.
struct FeedCursor: Sendable, Equatable {
  /// What a client asked to continue from.
  enum Request: Sendable, Equatable {
    case fresh
    case after(Int)
    case garbage

    /// `Last-Event-ID` wins over `?after=`: it is what a browser sends when it comes back by itself.
    init(lastEventId: String?, after: String?) {
      let text = [lastEventId, after].compactMap { $0?.trimmed }.first { !$0.isEmpty }
      guard let text else {
        self = .fresh
        return
      }
      let isNumber = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      self = isNumber ? Int(text).map(Request.after) ?? .garbage : .garbage
    }

    /// From where the first page is to be read; nil where only the ends of the log matter.
    var position: Int? { if case .after(let seq) = self { seq } else { nil } }
  }

  /// What a stream begins with.
  enum Opening: Sendable, Equatable {
    /// Right behind the cursor.
    case resumed
    /// A new stream; the number is the current one.
    case hello(Int)
    /// The cursor is of no use: read everything anew, then go on from this number.
    case resync(Int)
  }

  /// The last number that was dealt with.
  private(set) var position: Int

  /// Decides by the ends of the log how the stream begins; `after=0` is the beginning of what is kept.
  static func open(_ request: Request, page: FeedPage) -> (cursor: FeedCursor, opening: Opening) {
    switch request {
    case .fresh: (FeedCursor(position: page.lastSeq), .hello(page.lastSeq))
    case .after(0): (FeedCursor(position: 0), .resumed)
    case .after(let seq) where seq <= page.lastSeq && seq >= page.firstSeq - 1:
      (FeedCursor(position: seq), .resumed)
    case .after, .garbage: (FeedCursor(position: page.lastSeq), .resync(page.lastSeq))
    }
  }

  /// The entries that were not sent yet, and whether there may be more to read at once.
  ///
  /// A page that is not full was the end of the log, so the cursor goes to its newest number, also where a
  /// filter left entries out.
  mutating func take(_ page: FeedPage, limit: Int) -> (entries: [FeedEntry], more: Bool) {
    let fresh = page.entries.filter { $0.seq > position }.sorted { $0.seq < $1.seq }
    let isFull = page.entries.count >= limit
    position = max(position, isFull ? fresh.last?.seq ?? position : page.lastSeq)
    return (fresh, isFull && !fresh.isEmpty)
  }
}
