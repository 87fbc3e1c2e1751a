/// One entry of a stream.
public struct StreamEntry: Sendable, Equatable {
  public var stream: String
  /// Redis' own id, `milliseconds-sequence`; not ours, and not stable across a loss of Redis.
  public var id: String
  public var fields: [String: String]
  /// The entry was trimmed away while it was pending: acknowledge it and repair from Postgres.
  public var wasDeleted: Bool

  public init(stream: String, id: String, fields: [String: String], wasDeleted: Bool = false) {
    self.stream = stream
    self.id = id
    self.fields = fields
    self.wasDeleted = wasDeleted
  }
}

extension StreamEntry {
  /// Reads `[id, [name, value, …]]`; a null instead of the fields is a trimmed entry.
  init?(stream: String, _ reply: RedisReply) {
    guard let parts = reply.elements, parts.count == 2, let id = parts[0].text else { return nil }
    if parts[1] == .null {
      self.init(stream: stream, id: id, fields: [:], wasDeleted: true)
      return
    }
    guard let flat = parts[1].elements?.map(\.text), flat.count.isMultiple(of: 2) else { return nil }
    var fields: [String: String] = [:]
    for index in stride(from: 0, to: flat.count, by: 2) {
      guard let name = flat[index], let value = flat[index + 1] else { return nil }
      fields[name] = value
    }
    self.init(stream: stream, id: id, fields: fields)
  }

  /// Reads a list of entries of one stream, all of them or none.
  static func list(stream: String, _ reply: RedisReply) -> [StreamEntry]? {
    guard let elements = reply.elements else { return nil }
    let entries = elements.compactMap { StreamEntry(stream: stream, $0) }
    return entries.count == elements.count ? entries : nil
  }
}

/// What `autoclaim` took over from consumers that left it.
public struct ClaimedEntries: Sendable, Equatable {
  public var entries: [StreamEntry]
  /// Entries that were pending and are gone from the stream: raise an alarm and repair from Postgres.
  public var deletedIDs: [String]
  /// Where to go on; `0-0` when everything was looked at.
  public var next: String
}
