internal import Crypto

/// Brings an object into a file in pieces, which are hashed in their order as soon as they are there.
///
/// The first is short and tells the size; the others, all of the same object, come side by side.
struct S3Download: Sendable {
  typealias Digest = (bytes: Int, sha256: String)

  private enum Event: Sendable {
    case arrived(Int)
    case hashed(SHA256, next: Int)
  }

  private static let firstBytes = 1 << 20
  private static let pieceBytes = 4 << 20
  /// Few, so that what is to be hashed next comes early.
  private static let width = 4

  private let client: S3Client
  private let name: String
  private let path: String
  private let etag: String
  private let total: Int

  /// The object and what has arrived of it; nil if there is none.
  static func run(
    _ client: S3Client, _ name: String, into path: String
  ) async throws(ArtifactError) -> (object: S3Object, digest: Digest)? {
    guard let first = try await client.get(name, 0..<firstBytes, etag: nil, into: path) else { return nil }
    guard let object = first.object else {
      return (S3Object(bytes: 0, etag: "", sha256: nil), (0, SigV4.emptyHash))
    }
    let download = S3Download(client: client, name: name, path: path, etag: object.etag, total: first.total)
    guard first.count == download.range(0).count else { throw download.less }
    return (object, try await download.rest().get())
  }

  private var count: Int { 1 + (max(0, total - Self.firstBytes) + Self.pieceBytes - 1) / Self.pieceBytes }

  private func range(_ index: Int) -> Range<Int> {
    guard index > 0 else { return 0..<min(Self.firstBytes, total) }
    let start = Self.firstBytes + (index - 1) * Self.pieceBytes
    return start..<min(start + Self.pieceBytes, total)
  }

  private func rest() async -> Result<Digest, ArtifactError> {
    await withTaskGroup(of: Result<Event, ArtifactError>.self) { group in
      var (next, arrived) = (1, Set([0]))
      var idle: (hasher: SHA256, index: Int)? = (SHA256(), 0)
      while true {
        while next < count, next - arrived.count < Self.width {
          let index = next
          group.addTask { await get(index) }
          next += 1
        }
        if let (hasher, index) = idle, arrived.contains(index) {
          idle = nil
          group.addTask { await hash(index, with: hasher) }
        }
        switch await group.next() {
        case .success(.arrived(let index)): arrived.insert(index)
        case .success(.hashed(let hasher, let index)):
          if index == count { return .success((total, hex(hasher.finalize()))) }
          idle = (hasher, index)
        case .failure(let error):
          group.cancelAll()
          return .failure(error)
        case nil: return .failure(less)
        }
      }
    }
  }

  private func get(_ index: Int) async -> Result<Event, ArtifactError> {
    do throws(ArtifactError) {
      let piece = try await client.get(name, range(index), etag: etag, into: path)
      return piece?.count == range(index).count ? .success(.arrived(index)) : .failure(less)
    } catch {
      return .failure(error)
    }
  }

  private func hash(_ index: Int, with hasher: SHA256) async -> Result<Event, ArtifactError> {
    do throws(ArtifactError) {
      return try await blocking { () throws(ArtifactError) in
        var hasher = hasher
        let range = range(index)
        let count = try BlockingFile.hash(path, from: range.lowerBound, count: range.count, into: &hasher)
        return count == range.count ? .success(.hashed(hasher, next: index + 1)) : .failure(less)
      }
    } catch {
      return .failure(error)
    }
  }

  private var less: ArtifactError {
    ArtifactError(.unreachable, "The store sent less of \(name) than there is: it is tried again.")
  }
}
