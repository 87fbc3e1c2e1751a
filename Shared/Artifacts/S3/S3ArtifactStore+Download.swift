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
      guard let object = try await fill(temporary, with: name) else {
        await remove(temporary)
        return nil
      }
      let digest = try await blocking { () throws(ArtifactError) in try BlockingFile.digest(temporary) }
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

  /// The first piece tells the size; the others, all of the same object, come side by side.
  private func fill(_ path: String, with name: String) async throws(ArtifactError) -> S3Object? {
    guard let first = try await client.get(name, 0..<Self.pieceBytes, etag: nil, into: path) else {
      return nil
    }
    guard let object = first.object else { return S3Object(bytes: 0, etag: "", sha256: nil) }
    let starts = Array(stride(from: first.count, to: first.total, by: Self.pieceBytes))
    let counts = try await concurrently(starts.count, width: Self.parallelPieces) {
      (index) throws(ArtifactError) in
      let end = min(starts[index] + Self.pieceBytes, first.total)
      let piece = try await client.get(name, starts[index]..<end, etag: object.etag, into: path)
      return piece?.count ?? 0
    }
    guard counts.reduce(first.count, +) == first.total else {
      throw ArtifactError(.unreachable, "The store sent less of \(name) than there is: it is tried again.")
    }
    return object
  }

  private func remove(_ path: String) async {
    // It may not be there; and nothing else could be done about it.
    do { try await blocking { () throws(ArtifactError) in BlockingFile.remove(path) } } catch {}
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
