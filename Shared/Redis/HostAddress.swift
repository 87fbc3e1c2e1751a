import Dispatch
import Glibc

/// Name resolution away from the event loop, whose thread hiredis' own `getaddrinfo` would block.
enum HostAddress {
  /// The numeric form of a host name's first address; a numeric address is its own.
  static func resolve(_ host: String) async throws(RedisError) -> String {
    var address = in6_addr()
    if inet_pton(AF_INET, host, &address) == 1 || inet_pton(AF_INET6, host, &address) == 1 { return host }
    let result = await withCheckedContinuation { continuation in
      DispatchQueue.global().async { continuation.resume(returning: lookUp(host)) }
    }
    return try result.get()
  }

  private static func lookUp(_ host: String) -> Result<String, RedisError> {
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, nil, &hints, &list)
    guard code == 0, let first = list?.pointee else {
      let reason = String(cString: gai_strerror(code))
      return .failure(RedisError(code: .connection, message: "The Redis host is unknown: \(reason)."))
    }
    defer { freeaddrinfo(list) }
    let text = withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) { buffer -> String? in
      let code = getnameinfo(
        first.ai_addr, first.ai_addrlen, buffer.baseAddress, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
      return code == 0 ? buffer.baseAddress.map { String(cString: $0) } : nil
    }
    return text.map { .success($0) }
      ?? .failure(RedisError(code: .connection, message: "The Redis host has no usable address."))
  }
}
