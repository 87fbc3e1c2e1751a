/// Who has which connection of a pool, as values: it decides, `PostgresPool` does.
///
/// A slot is a connection or the permission to open one; there are never more than `size`.
struct PoolState<Connection: Sendable> {
  /// What a caller gets: both take a slot, which `release` gives back.
  enum Grant: Sendable {
    case connection(Connection)
    case open
  }

  enum Acquisition {
    case granted(Grant)
    case mustWait
    case refused
  }

  enum Return {
    case kept
    case handedOver(Grant, to: UInt64)
    case discarded(Connection?)
  }

  let size: Int
  private(set) var idle: [Connection] = []
  private(set) var taken = 0
  private(set) var waiters: [UInt64] = []
  private(set) var isClosed = false

  init(size: Int) { self.size = max(1, size) }

  /// The connection used last comes first, so that the others may rest; waiters come in their order.
  mutating func acquire(_ waiter: UInt64) -> Acquisition {
    guard !isClosed else { return .refused }
    guard taken < size else {
      waiters.append(waiter)
      return .mustWait
    }
    taken += 1
    guard let connection = idle.popLast() else { return .granted(.open) }
    return .granted(.connection(connection))
  }

  /// Takes a slot back, with the connection if it is good for another.
  mutating func release(_ connection: Connection?) -> Return {
    guard !isClosed else {
      taken -= 1
      return .discarded(connection)
    }
    guard waiters.isEmpty else {
      return .handedOver(connection.map(Grant.connection) ?? .open, to: waiters.removeFirst())
    }
    taken -= 1
    guard let connection else { return .discarded(nil) }
    idle.append(connection)
    return .kept
  }

  /// Takes a waiter out of the queue; false if it has been granted a slot already.
  mutating func abandon(_ waiter: UInt64) -> Bool {
    guard let position = waiters.firstIndex(of: waiter) else { return false }
    waiters.remove(at: position)
    return true
  }

  /// From now on everybody is refused; the idle connections are to be closed, the waiters to be told.
  mutating func close() -> (idle: [Connection], waiters: [UInt64]) {
    defer {
      isClosed = true
      idle = []
      waiters = []
    }
    return (idle, waiters)
  }
}
