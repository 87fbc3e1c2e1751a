import CHiredis
import EventLoop
import FoundationEssentials
import Glibc

/// One connection: hiredis' context and parser, moved by the loop.
///
/// Not Sendable: it belongs to an actor on the loop, and its functions run there. After any failure the stream
/// of replies is out of step, so the connection is broken for good.
final class RedisConnection {
  private let context: UnsafeMutablePointer<redisContext>
  private let loop: EventLoop
  private var isBroken = false

  private init(_ context: UnsafeMutablePointer<redisContext>?, _ loop: EventLoop) throws(RedisError) {
    guard let context else { throw RedisError(code: .connection, message: "hiredis has no memory.") }
    self.context = context
    self.loop = loop
    try check(REDIS_OK)
    guard fcntl(context.pointee.fd, F_SETFD, FD_CLOEXEC) == 0 else {
      throw failure("The connection to Redis cannot be kept from child processes.")
    }
  }

  deinit { redisFree(context) }

  /// Connects, signs in and chooses the database.
  static func open(
    _ configuration: RedisConfiguration, on loop: EventLoop
  ) async throws(RedisError) -> RedisConnection {
    let deadline = ContinuousClock.now.advanced(by: configuration.connectTimeout)
    let connection = try await connect(to: configuration.endpoint, on: loop, until: deadline)
    for reply in try await connection.exchange(configuration.greeting, until: deadline) {
      if case .error(let message) = reply { throw refusal(message) }
    }
    return connection
  }

  private static func connect(
    to endpoint: RedisConfiguration.Endpoint, on loop: EventLoop, until deadline: ContinuousClock.Instant
  ) async throws(RedisError) -> RedisConnection {
    switch endpoint {
    case .unix(let path):
      let connection = try RedisConnection(redisConnectUnixNonBlock(path), loop)
      try await connection.establish(until: deadline)
      return connection
    case .tcp(let host, let port):
      return try await connect(to: host, port: Int32(port), on: loop, until: deadline)
    }
  }

  /// Tries the addresses of the host one after the other.
  private static func connect(
    to host: String, port: Int32, on loop: EventLoop, until deadline: ContinuousClock.Instant
  ) async throws(RedisError) -> RedisConnection {
    var failure = RedisError(code: .connection, message: "The Redis host \(host) has no address.")
    let addresses: [String]
    do throws(EventLoopError) {
      addresses = try await loop.addresses(of: host, until: deadline)
    } catch {
      throw RedisError(error)
    }
    for address in addresses {
      do throws(RedisError) {
        let connection = try RedisConnection(redisConnectNonBlock(address, port), loop)
        try await connection.establish(until: deadline)
        try connection.check(redisEnableKeepAlive(connection.context))
        return connection
      } catch {
        guard error.code == .connection else { throw error }
        failure = error
      }
    }
    throw failure
  }

  /// Sends commands in one go and returns their replies in order, error replies among them.
  func exchange(
    _ commands: [[Data]], until deadline: ContinuousClock.Instant
  ) async throws(RedisError) -> [RedisReply] {
    try await send(commands, until: deadline)
    var replies: [RedisReply] = []
    replies.reserveCapacity(commands.count)
    while replies.count < commands.count { replies.append(try await receive(until: deadline)) }
    return replies
  }

  /// The next reply or pushed message.
  func receive(until deadline: ContinuousClock.Instant?) async throws(RedisError) -> RedisReply {
    while true {
      if let reply = try parsedReply() { return reply }
      try await wait(for: .readable, until: deadline)
      try check(redisBufferRead(context))
    }
  }

  /// Whether the peer still keeps this idle connection, as far as this side can know.
  var isAlive: Bool {
    var byte: UInt8 = 0
    let count = recv(context.pointee.fd, &byte, 1, Int32(MSG_PEEK | MSG_DONTWAIT))
    // Bytes that nobody asked for would be taken for the next command's reply.
    return !isBroken && count < 0 && (errno == EAGAIN || errno == EINTR)
  }

  /// Ends the connection, and with an error whatever waits on it.
  func breakOff() {
    guard !isBroken else { return }
    isBroken = true
    shutdown(context.pointee.fd, Int32(SHUT_RDWR))
  }

  private static func refusal(_ message: String) -> RedisError {
    let error = RedisError(reply: message)
    guard
      error.code == .authentication || message.hasPrefix("ERR AUTH")
        || message.hasPrefix("ERR Client sent AUTH")
    else { return error }
    return RedisError(
      code: .authentication, message: "Redis refused the credentials of its URL: \(message).")
  }
}

extension RedisConnection {
  private func establish(until deadline: ContinuousClock.Instant) async throws(RedisError) {
    try await wait(for: .writable, until: deadline)
    var code: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    guard getsockopt(context.pointee.fd, SOL_SOCKET, SO_ERROR, &code, &length) == 0, code == 0 else {
      throw failure("Redis cannot be reached: \(String(cString: strerror(code == 0 ? errno : code))).")
    }
  }

  /// Not with `redisBufferWrite`, which raises SIGPIPE when the peer is gone.
  func send(
    _ commands: [[Data]], until deadline: ContinuousClock.Instant
  ) async throws(RedisError) {
    guard !isBroken else { throw failure("The connection to Redis is gone.") }
    var bytes = Data()
    for command in commands { bytes.append(try Self.encoded(command)) }
    while !bytes.isEmpty {
      let fd = context.pointee.fd
      let count = bytes.withUnsafeBytes {
        Glibc.send(fd, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count >= 0 {
        bytes = bytes.dropFirst(count)
      } else if errno == EAGAIN {
        try await wait(for: .writable, until: deadline)
      } else if errno != EINTR {
        throw failure("Redis ended the connection: \(String(cString: strerror(errno))).")
      }
    }
  }

  private static func encoded(_ command: [Data]) throws(RedisError) -> Data {
    var formatted: UnsafeMutablePointer<CChar>?
    let lengths = command.map(\.count)
    // One copy of all arguments, so that every pointer into it lives until hiredis has formatted them.
    let joined = command.reduce(into: Data()) { $0.append($1) }
    let length = joined.withUnsafeBytes { bytes -> Int32 in
      var next = bytes.bindMemory(to: CChar.self).baseAddress
      var pointers: [UnsafePointer<CChar>?] = lengths.map { length in
        defer { next = next?.advanced(by: length) }
        return next
      }
      return redisFormatCommandArgv(&formatted, Int32(pointers.count), &pointers, lengths)
    }
    guard length >= 0, let formatted else {
      throw RedisError(code: .connection, message: "hiredis has no memory.")
    }
    defer { redisFreeCommand(formatted) }
    return Data(bytes: formatted, count: Int(length))
  }

  private func parsedReply() throws(RedisError) -> RedisReply? {
    guard !isBroken else { throw failure("The connection to Redis is gone.") }
    var raw: UnsafeMutableRawPointer?
    try check(redisGetReplyFromReader(context, &raw))
    guard let raw else { return nil }
    defer { freeReplyObject(raw) }
    return RedisReply(copying: raw.assumingMemoryBound(to: redisReply.self))
  }

  private func wait(
    for interest: Readiness, until deadline: ContinuousClock.Instant?
  ) async throws(RedisError) {
    do {
      try await loop.wait(for: interest, on: context.pointee.fd, until: deadline)
    } catch {
      breakOff()
      throw RedisError(error)
    }
  }

  private func check(_ status: Int32) throws(RedisError) {
    guard status != REDIS_OK || context.pointee.err != 0 else { return }
    let message = withUnsafePointer(to: &context.pointee.errstr) {
      $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
        String(cString: $0)
      }
    }
    let isGarbage = context.pointee.err == REDIS_ERR_PROTOCOL
    throw failure(
      isGarbage ? "The peer does not speak Redis' protocol: \(message)." : "Redis: \(message).",
      code: isGarbage ? .protocolViolation : .connection)
  }

  private func failure(_ message: String, code: RedisError.Code = .connection) -> RedisError {
    breakOff()
    return RedisError(code: code, message: message)
  }
}
