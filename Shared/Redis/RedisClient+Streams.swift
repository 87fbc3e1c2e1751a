extension RedisClient {
  /// Appends entries in order and returns their ids; throws unless every single one was taken.
  ///
  /// After an error some may have been taken, so entries need an id of their own by which readers drop
  /// repetitions. The stream is trimmed to about `maximumLength` entries.
  @discardableResult
  public func appendAll(
    to stream: String, entries: [[(String, String)]], maxLength: Int = 100_000
  ) async throws(RedisError) -> [String] {
    let head = ["XADD", stream, "MAXLEN", "~", String(maxLength), "*"]
    let replies = try await pipeline(entries.map { head + $0.flatMap { [$0.0, $0.1] } })
    var ids: [String] = []
    for reply in replies {
      guard let id = try reply.value().text else { throw .unexpected("XADD") }
      ids.append(id)
    }
    return ids
  }

  /// Makes the group, and the stream, with everything in the stream still to be read; `false` if it was there.
  @discardableResult
  public func createGroup(_ group: String, on stream: String) async throws(RedisError) -> Bool {
    do throws(RedisError) {
      try await command("XGROUP", "CREATE", stream, group, "0", "MKSTREAM")
      return true
    } catch {
      guard error.code == .server("BUSYGROUP") else { throw error }
      return false
    }
  }

  /// Reads entries for a consumer of a group, on a connection of that consumer's own.
  ///
  /// With `pending`, those it was given before and has not acknowledged, at once: ask for them first after a
  /// start. Otherwise new ones, waiting up to `block` for the first. When a group does not exist it is made
  /// and `groupWasMissing` thrown: what it had not delivered may be gone, so repair from Postgres, then read on.
  public func readGroup(
    stream names: [String], group: String, consumer: String, count: Int, block: Duration,
    pending: Bool = false
  ) async throws(RedisError) -> [StreamEntry] {
    let milliseconds = max(1, Int(block / .milliseconds(1)))
    let head = ["XREADGROUP", "GROUP", group, consumer, "COUNT", String(count)]
    let tail = ["BLOCK", String(milliseconds), "STREAMS"] + names + names.map { _ in pending ? "0" : ">" }
    let timeout = configuration.commandTimeout + (pending ? .zero : .milliseconds(milliseconds))
    let reply = try await remaking(group, on: names) { () throws(RedisError) in
      try await blockingCommand(head + tail, reader: "\(group)/\(consumer)", timeout: timeout)
    }
    if reply == .null { return [] }
    guard let streams = reply.elements else { throw .unexpected("XREADGROUP") }
    var entries: [StreamEntry] = []
    for stream in streams {
      guard let parts = stream.elements, parts.count == 2, let name = parts[0].text,
        let list = StreamEntry.list(stream: name, parts[1])
      else { throw .unexpected("XREADGROUP") }
      entries += list
    }
    return entries
  }

  /// Takes entries off the group's pending list; returns how many were on it.
  @discardableResult
  public func acknowledge(
    stream: String, group: String, ids: [String]
  ) async throws(RedisError) -> Int {
    guard !ids.isEmpty else { return 0 }
    let reply = try await pipeline([["XACK", stream, group] + ids])
    guard let count = try reply.first?.value().integer else { throw .unexpected("XACK") }
    return count
  }

  /// Takes over entries that other consumers of the group have left unacknowledged for `minimumIdle`.
  public func autoclaim(
    stream: String, group: String, consumer: String, minimumIdle: Duration, count: Int = 100,
    from start: String = "0-0"
  ) async throws(RedisError) -> ClaimedEntries {
    let idle = String(Int(minimumIdle / .milliseconds(1)))
    let reply = try await remaking(group, on: [stream]) { () throws(RedisError) in
      try await command("XAUTOCLAIM", stream, group, consumer, idle, start, "COUNT", String(count))
    }
    // Redis 6.2 answers without the third list, and then cannot tell what was deleted.
    guard let parts = reply.elements, parts.count == 3, let next = parts[0].text,
      let entries = StreamEntry.list(stream: stream, parts[1]), let deleted = parts[2].elements
    else { throw .unexpected("XAUTOCLAIM") }
    return ClaimedEntries(entries: entries, deletedIDs: deleted.compactMap(\.text), next: next)
  }

  private func remaking(
    _ group: String, on streams: [String], _ body: () async throws(RedisError) -> RedisReply
  ) async throws(RedisError) -> RedisReply {
    do throws(RedisError) {
      return try await body()
    } catch {
      // `UNBLOCKED`: the stream went while we waited on it.
      guard error.code == .server("NOGROUP") || error.code == .server("UNBLOCKED") else { throw error }
      for stream in streams { try await createGroup(group, on: stream) }
      throw RedisError(
        code: .groupWasMissing, message: "The group \(group) was missing and has been made anew.")
    }
  }
}
