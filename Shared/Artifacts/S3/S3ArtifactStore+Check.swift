internal import FoundationEssentials
internal import HTTPTypes
internal import Synchronization

extension S3ArtifactStore {
  /// Within what `/readyz` waits for a check.
  private static let checkPatience = Duration.milliseconds(1800)
  private static let probePatience = Duration.seconds(20)

  /// Writes twice, reads and removes an object at first and every ten minutes; in between it asks for a list,
  /// and not more than once in five seconds.
  ///
  /// That probe is shared and goes on when nobody waits for it any more, so it always removes what it wrote; only
  /// the first one, and one after a fault, is waited for.
  func check() async throws(ArtifactError) {
    let cache = cache
    try await blocking { () throws(ArtifactError) in try cache.check() }
    switch checked.look(at: .now) {
    case .fine: return
    case .join: return try await joinProbe()
    case .ask(let isProbeDue):
      if isProbeDue { startProbe() }
      let query = [("list-type", "2"), ("max-keys", "1"), ("prefix", name(".probe/"))]
      _ = try await client.send(.init(method: .get, query: query, attempts: 1, timeout: Self.checkPatience))
      checked.answered(at: .now)
    }
  }

  private func joinProbe() async throws(ArtifactError) {
    let outcomes = checked.outcomes()
    startProbe()
    for await outcome in outcomes { return try outcome.get() }
    // The stream ends without a value only when whoever waits is cancelled.
    throw .cancelled
  }

  /// Ends by itself, by the patience of its four requests; its outcome goes to all who wait, and to the next check.
  private func startProbe() {
    guard checked.begin() else { return }
    Task {
      do throws(ArtifactError) {
        try await probe()
        checked.ended(.success(()), at: .now)
      } catch {
        checked.ended(.failure(error), at: .now)
      }
    }
  }

  private func probe() async throws(ArtifactError) {
    let name = name(".probe/\(UUID().uuidString.lowercased())")
    let result: Result<Void, ArtifactError>
    do throws(ArtifactError) {
      try await tryOut(name)
      result = .success(())
    } catch {
      result = .failure(error)
    }
    do throws(ArtifactError) {
      try await client.delete(name, attempts: 1)
    } catch {
      try result.get()
      throw error
    }
    try result.get()
  }

  private func tryOut(_ name: String) async throws(ArtifactError) {
    let text = Data("ready".utf8)
    let write = { () async throws(ArtifactError) in
      try await client.put(name, .bytes(text), headers: [], attempts: 1, timeout: Self.probePatience)
    }
    _ = try await write()
    let call = S3Client.Call(method: .get, name: name, attempts: 1, timeout: Self.probePatience)
    guard try await client.send(call).body == text else {
      throw ArtifactError(
        .corrupt, "The store gives back other bytes than were written: check LONGTAKE_S3_ENDPOINT.")
    }
    if case .written = try await write() {
      throw ArtifactError(
        .refused,
        "The store at \(client.configuration.endpoint.authority) does not keep If-None-Match and may not be used, for it overwrites what is there: choose one that keeps it."
      )
    }
  }

  /// Ends uploads that were begun before a moment, and removes what probes have left since; goes on after a fault.
  func removeLeftovers(before moment: Date) async throws(ArtifactError) -> Int {
    let prefix = client.configuration.prefix
    var failure: ArtifactError?
    var count = 0
    let uploads = try await client.openUploads(prefix).filter { upload in
      upload.begun < moment && StorageKeys.isWritable(String(upload.name.dropFirst(prefix.count)))
    }
    for upload in uploads {
      do throws(ArtifactError) {
        try await client.abortUpload(upload.name, upload.id)
        count += 1
      } catch {
        failure = failure ?? .leftover("The upload of \(upload.name)", error)
      }
    }
    for probe in try await client.objects(name(".probe/")) where probe.written.map({ $0 < moment }) == true {
      do throws(ArtifactError) {
        try await client.delete(probe.name)
        count += 1
      } catch {
        failure = failure ?? .leftover("The object \(probe.name)", error)
      }
    }
    if let failure { throw failure }
    return count
  }
}

extension ArtifactError {
  fileprivate static func leftover(_ what: String, _ error: ArtifactError) -> ArtifactError {
    ArtifactError(error.code, "\(what) was left and could not be removed: \(error.message)")
  }
}

/// What is known of the store's order, and who waits to learn it.
final class Checked: Sendable {
  typealias Outcome = Result<Void, ArtifactError>

  enum Step: Equatable {
    case fine
    /// Wait for a whole probe.
    case join
    /// One cheap request is enough now.
    case ask(isProbeDue: Bool)
  }

  private struct State {
    var any: ContinuousClock.Instant?
    /// When a probe has last succeeded; nil before, and after one that failed.
    var whole: ContinuousClock.Instant?
    var isProbing = false
    var waiting: [AsyncStream<Outcome>.Continuation] = []
  }

  private let state = Mutex(State())

  func look(at now: ContinuousClock.Instant) -> Step {
    state.withLock { state in
      guard let whole = state.whole else { return .join }
      if let any = state.any, now - any < .seconds(5) { return .fine }
      return .ask(isProbeDue: now - whole >= .seconds(600))
    }
  }

  /// False if a probe is under way.
  func begin() -> Bool {
    state.withLock { state in
      defer { state.isProbing = true }
      return !state.isProbing
    }
  }

  /// Brings how the next probe to end has ended.
  func outcomes() -> AsyncStream<Outcome> {
    let (stream, continuation) = AsyncStream.makeStream(of: Outcome.self)
    state.withLock { $0.waiting.append(continuation) }
    return stream
  }

  func ended(_ outcome: Outcome, at now: ContinuousClock.Instant) {
    let waiting = state.withLock { state in
      state.isProbing = false
      if case .success = outcome { (state.any, state.whole) = (now, now) } else { state.whole = nil }
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.yield(outcome) }
  }

  func answered(at now: ContinuousClock.Instant) { state.withLock { $0.any = now } }
}
