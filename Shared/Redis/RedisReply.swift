import CHiredis
public import FoundationEssentials

/// A reply of Redis, copied out of hiredis' own.
public enum RedisReply: Sendable, Equatable {
  case string(Data)
  case status(String)
  case integer(Int)
  case null
  case array([RedisReply])
  /// An error reply; a value here, because one command of a pipeline may fail alone.
  case error(String)

  /// The text of a string or a status.
  public var text: String? {
    switch self {
    case .string(let data): String(decoding: data, as: UTF8.self)
    case .status(let text): text
    case .integer, .null, .array, .error: nil
    }
  }

  public var integer: Int? {
    guard case .integer(let value) = self else { return nil }
    return value
  }

  public var elements: [RedisReply]? {
    guard case .array(let elements) = self else { return nil }
    return elements
  }

  /// This reply, or the error that it is.
  public func value() throws(RedisError) -> RedisReply {
    if case .error(let message) = self { throw RedisError(reply: message) }
    return self
  }
}

extension RedisReply {
  /// Copies everything; the caller keeps the reply and frees it.
  init(copying reply: UnsafePointer<redisReply>) {
    let bytes = UnsafeRawBufferPointer(start: reply.pointee.str, count: reply.pointee.len)
    switch reply.pointee.type {
    case REDIS_REPLY_STRING: self = .string(Data(bytes))
    case REDIS_REPLY_STATUS: self = .status(String(decoding: bytes, as: UTF8.self))
    case REDIS_REPLY_ERROR: self = .error(String(decoding: bytes, as: UTF8.self))
    case REDIS_REPLY_INTEGER: self = .integer(Int(reply.pointee.integer))
    case REDIS_REPLY_ARRAY:
      let elements = UnsafeBufferPointer(start: reply.pointee.element, count: reply.pointee.elements)
      self = .array(elements.map { $0.map { RedisReply(copying: $0) } ?? .null })
    default: self = .null
    }
  }
}
