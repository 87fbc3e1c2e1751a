internal import Crypto
internal import FoundationEssentials

extension S3ArtifactStore {
  private static let pieceBytes = 8 << 20
  private static let parallelPieces = 6

  /// Brings an object into a new file, which appears when it is complete and right; nil if there is none.
  func download(_ name: String, to path: String) async throws(ArtifactError) -> (bytes: Int, sha256: String)?
  {
    let temporary = "\(path).\(UInt32.random(in: 0 ... .max)).part"
    do throws(ArtifactError) {
      try await blocking { () throws(ArtifactError) in try BlockingFile.write([], to: temporary) }
      guard let (object, digest) = try await fill(temporary, with: name) else {
        await remove(temporary)
        return nil
      }
      guard digest.bytes == object.bytes, digest.sha256 == object.sha256 ?? digest.sha256 else {
        throw ArtifactError(
          .corrupt,
          "\(name) came from the store with \(digest.bytes) bytes that are not what was stored: make it anew as the next take."
        )
      }
      try await blocking { () throws(ArtifactError) in try BlockingFile.rename(temporary, to: path) }
      return digest
    } catch {
      await remove(temporary)
      throw error
    }
  }

  private typealias Digest = (bytes: Int, sha256: String)

  private enum Event: Sendable {
    case arrived(Int)
    /// As far as the piece before this one.
    case hashed(SHA256, to: Int, bytes: Int)
  }

  /// The first piece tells the size; the others, all of the same object, come side by side and are hashed in
  /// their order as soon as they are there.
  private func fill(
    _ path: String, with name: String
  ) async throws(ArtifactError) -> (object: S3Object, digest: Digest)? {
    guard let first = try await client.get(name, 0..<Self.pieceBytes, etag: nil, into: path) else {
      return nil
    }
    guard let object = first.object else {
      return (S3Object(bytes: 0, etag: "", sha256: nil), (0, SigV4.emptyHash))
    }
    guard first.count == min(Self.pieceBytes, first.total) else { throw Self.less(name) }
    let count = (first.total + Self.pieceBytes - 1) / Self.pieceBytes
    let get = { @Sendable (index: Int) async throws(ArtifactError) -> Event in
      let range = index * Self.pieceBytes..<min((index + 1) * Self.pieceBytes, first.total)
      let piece = try await client.get(name, range, etag: object.etag, into: path)
      guard piece?.count == range.count else { throw Self.less(name) }
      return .arrived(index)
    }
    let result = await withTaskGroup(of: Result<Event, ArtifactError>.self) { group in
      var (next, arrived) = (1, Set([0]))
      var progress: (hasher: SHA256, index: Int, bytes: Int)? = (SHA256(), 0, 0)
      while true {
        while next < count, next - arrived.count < Self.parallelPieces {
          let index = next
          group.addTask { await Self.result { () throws(ArtifactError) in try await get(index) } }
          next += 1
        }
        if let (hasher, index, bytes) = progress, arrived.contains(index) {
          progress = nil
          group.addTask {
            await Self.result { () throws(ArtifactError) in
              try await Self.hash(path, piece: index, after: bytes, with: hasher)
            }
          }
        }
        switch await group.next() {
        case .success(.arrived(let index)): arrived.insert(index)
        case .success(.hashed(let hasher, let index, let bytes)):
          if index == count { return Result<Digest, ArtifactError>.success((bytes, hex(hasher.finalize()))) }
          progress = (hasher, index, bytes)
        case .failure(let error):
          group.cancelAll()
          return .failure(error)
        case nil: return .failure(Self.less(name))
        }
      }
    }
    return (object, try result.get())
  }

  private static func hash(
    _ path: String, piece index: Int, after bytes: Int, with hasher: SHA256
  ) async throws(ArtifactError) -> Event {
    try await blocking { () throws(ArtifactError) in
      var hasher = hasher
      let count = try BlockingFile.hash(path, from: index * pieceBytes, count: pieceBytes, into: &hasher)
      return .hashed(hasher, to: index + 1, bytes: bytes + count)
    }
  }

  private static func result(
    _ work: @Sendable () async throws(ArtifactError) -> Event
  ) async -> Result<Event, ArtifactError> {
    do throws(ArtifactError) { return .success(try await work()) } catch { return .failure(error) }
  }

  private static func less(_ name: String) -> ArtifactError {
    ArtifactError(.unreachable, "The store sent less of \(name) than there is: it is tried again.")
  }

  private func remove(_ path: String) async {
    // The pool refuses work only when the process ends.
    await shielded {
      do { try await blocking { () throws(ArtifactError) in BlockingFile.remove(path) } } catch {}
    }
  }
}

/// Runs `body` for every number below `count`, at most `width` at once, and answers in order; the first
/// failure cancels the rest.
func concurrently<Value: Sendable>(
  _ count: Int, width: Int, _ body: @escaping @Sendable (Int) async throws(ArtifactError) -> Value
) async throws(ArtifactError) -> [Value] {
  typealias Outcome = (index: Int, result: Result<Value, ArtifactError>)
  let result = await withTaskGroup(of: Outcome.self) { group -> Result<[Value], ArtifactError> in
    let add = { (group: inout TaskGroup<Outcome>, index: Int) in
      group.addTask {
        do throws(ArtifactError) {
          return (index, .success(try await body(index)))
        } catch {
          return (index, .failure(error))
        }
      }
    }
    for index in 0..<min(count, width) { add(&group, index) }
    var values = [Value?](repeating: nil, count: count)
    var next = width
    var failure: ArtifactError?
    while let (index, result) = await group.next() {
      switch result {
      case .success(let value): values[index] = value
      case .failure(let error):
        failure = failure ?? error
        group.cancelAll()
      }
      if failure == nil, next < count {
        add(&group, next)
        next += 1
      }
    }
    return failure.map { .failure($0) } ?? .success(values.compactMap { $0 })
  }
  return try result.get()
}
