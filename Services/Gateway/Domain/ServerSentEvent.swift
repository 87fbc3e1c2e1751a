import Contracts
import FoundationEssentials

/// One message of an event stream, as the HTML standard's section on server-sent events writes it.
struct ServerSentEvent: Sendable, Equatable {
  let id: Int
  let name: String
  /// JSON, without a line break in it.
  let data: String

  /// An entry of the feed: the entity's kind and what changed.
  init(_ entry: FeedEntry) throws {
    id = entry.seq
    name = entry.type
    data = String(decoding: try JSON.encode(entry), as: UTF8.self)
  }

  /// `hello` or `resync`, which say only where the feed is.
  init(_ name: String, seq: Int) {
    id = seq
    self.name = name
    data = "{\"seq\":\(seq)}"
  }

  init?(_ opening: FeedCursor.Opening) {
    switch opening {
    case .resumed: return nil
    case .hello(let seq): self.init("hello", seq: seq)
    case .resync(let seq): self.init("resync", seq: seq)
    }
  }

  var text: String { "id: \(id)\nevent: \(name)\ndata: \(data)\n\n" }

  /// A comment that keeps connections and proxies awake.
  static let ping = ": ping\n\n"

  /// How long a browser waits before it comes back, spread so that not all come at once.
  static func retry(milliseconds: Int) -> String { "retry: \(milliseconds)\n\n" }
}
