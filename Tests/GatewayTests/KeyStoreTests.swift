import Contracts
import Foundation
import Harness
import Testing

@testable import Gateway

/// The table and the stub in memory behave alike.
struct KeyStoreTests {
  enum Kind: CaseIterable, Sendable { case memory, postgres }

  private func withStore(_ kind: Kind, _ body: (any KeyStore) async throws -> Void) async throws {
    switch kind {
    case .memory: try await body(MemoryKeyStore())
    case .postgres:
      try await withDatabase(migrations: Migrations.all) { try await body(PostgresKeyStore(pool: $0)) }
    }
  }

  private func key(_ user: String, id: KeyID = .random(), scopes: Set<Scope> = Scope.standard) -> APIKey {
    let text = KeyText()
    return APIKey(
      id: id, userId: user, name: "n", prefix: text.prefix, code: text.code(pepper: Fixture.pepper),
      scopes: scopes, createdAt: Date())
  }

  @Test(arguments: Kind.allCases) func keyIsFoundByItsPrefixAsItWasMade(_ kind: Kind) async throws {
    try await withStore(kind) { store in
      let made = key("ada", scopes: [.read, .admin])
      let kept = try await store.insert(made)
      let found = try #require(try await store.key(prefix: made.prefix))
      #expect(found == kept)
      #expect(found.id == made.id && found.userId == "ada" && found.name == "n" && found.code == made.code)
      #expect(found.scopes == [.read, .admin] && found.revokedAt == nil)
      #expect(try await store.key(prefix: "000000000000") == nil)
    }
  }

  @Test(arguments: Kind.allCases) func secondKeyUnderAnIdAnswersTheFirst(_ kind: Kind) async throws {
    try await withStore(kind) { store in
      let first = try await store.insert(key("ada"))
      let again = key("ada", id: first.id)
      #expect(try await store.insert(again) == first)
      #expect(try await store.key(prefix: again.prefix) == nil)
    }
  }

  @Test(arguments: Kind.allCases) func pagesShowAUsersKeysTheNewestFirst(_ kind: Kind) async throws {
    try await withStore(kind) { store in
      var made: [KeyID] = []
      for user in ["ada", "eve", "ada", "ada"] { made.append(try await store.insert(key(user)).id) }
      let page = try await store.keys(of: "ada", after: nil, limit: 2)
      #expect(page.map(\.id) == [made[3], made[2]])
      #expect(try await store.keys(of: "ada", after: made[2], limit: 2).map(\.id) == [made[0]])
      #expect(try await store.keys(of: nil, after: nil, limit: 9).map(\.id) == made.reversed())
    }
  }

  @Test(arguments: Kind.allCases) func onlyTheOwnerOrAnybodyForAllRevokes(_ kind: Kind) async throws {
    try await withStore(kind) { store in
      let made = try await store.insert(key("ada"))
      #expect(try await !store.revoke(made.id, of: "eve"))
      #expect(try await store.key(prefix: made.prefix)?.revokedAt == nil)
      #expect(try await store.revoke(made.id, of: "ada"))
      let revokedAt = try #require(try await store.key(prefix: made.prefix)?.revokedAt)
      #expect(try await store.revoke(made.id, of: nil))
      #expect(try await store.key(prefix: made.prefix)?.revokedAt == revokedAt)
      #expect(try await !store.revoke(.random(), of: nil))
    }
  }
}
