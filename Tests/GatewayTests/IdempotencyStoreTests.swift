import Foundation
import Harness
import Postgres
import Testing

@testable import Gateway

/// The table behaves as the stub in memory does, and outlives a crash.
struct PostgresIdempotencyStoreTests {
  private let request = KeyedRequest(userId: "ada", key: "k", fingerprint: "f")

  private func withStore(_ body: (PostgresIdempotencyStore, PostgresPool) async throws -> Void) async throws {
    try await withDatabase(migrations: Migrations.all) { pool in
      try await body(PostgresIdempotencyStore(pool: pool), pool)
    }
  }

  @Test func firstRequestProceedsAndTheSecondWaits() async throws {
    try await withStore { store, _ in
      let id = UUID()
      let first = try await store.begin(request, minting: id)
      #expect(first == .proceed(id))
      #expect(try await store.begin(request, minting: UUID()) == .inFlight)
      let other = KeyedRequest(userId: "ada", key: "k", fingerprint: "g")
      #expect(try await store.begin(other, minting: UUID()) == .otherRequest)
      let eve = KeyedRequest(userId: "eve", key: "k", fingerprint: "g")
      let hers = UUID()
      #expect(try await store.begin(eve, minting: hers) == .proceed(hers))
    }
  }

  @Test func answerIsKeptAndRepeated() async throws {
    try await withStore { store, _ in
      let answer = Answer(status: 202, headers: ["Location": "/x"], body: Data([0, 1, 255]))
      _ = try await store.begin(request, minting: UUID())
      try await store.finish(request, with: answer)
      #expect(try await store.begin(request, minting: UUID()) == .replay(answer))
    }
  }

  @Test func crashedAndReleasedRequestsGoOnWithTheirId() async throws {
    try await withStore { store, pool in
      let id = UUID()
      _ = try await store.begin(request, minting: id)
      try await store.release(request)
      #expect(try await store.begin(request, minting: UUID()) == .proceed(id))
      try await pool.execute("UPDATE idempotency SET locked_until = clock_timestamp() - interval '1 second'")
      #expect(try await store.begin(request, minting: UUID()) == .proceed(id))
      #expect(try await store.begin(request, minting: UUID()) == .inFlight)
    }
  }

  @Test func expiredKeyIsFreeAgain() async throws {
    try await withStore { store, pool in
      _ = try await store.begin(request, minting: UUID())
      try await store.finish(request, with: Answer(status: 200))
      try await pool.execute("UPDATE idempotency SET expires_at = clock_timestamp() - interval '1 second'")
      let id = UUID()
      let other = KeyedRequest(userId: "ada", key: "k", fingerprint: "g")
      #expect(try await store.begin(other, minting: id) == .proceed(id))
      try await pool.execute("UPDATE idempotency SET expires_at = clock_timestamp() - interval '1 second'")
      #expect(try await store.purge() == 1)
    }
  }

  @Test func onlyOneOfManyProceeds() async throws {
    try await withStore { store, _ in
      let decisions = try await withThrowingTaskGroup(of: KeyedDecision.self) { group in
        for _ in 0..<8 { group.addTask { try await store.begin(request, minting: UUID()) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let proceeding = decisions.filter { if case .proceed = $0 { true } else { false } }
      #expect(proceeding.count == 1)
      #expect(decisions.filter { $0 == .inFlight }.count == 7)
    }
  }
}
