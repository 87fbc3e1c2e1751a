import FoundationEssentials
import ServiceKit
import Synchronization

/// Makes API keys and tells whose a credential is.
final class KeyRing: Sendable {
  /// How long a key that was looked up is trusted: a revoked one ends on all replicas within this time.
  static let patience: Duration = .seconds(5)
  static let accepted = """
    Send an API key as Authorization: Bearer vk_live_…; longtake-gateway keys create makes one. \
    JSON Web Tokens are not accepted yet.
    """

  private struct Remembered {
    let key: APIKey
    let until: ContinuousClock.Instant
  }

  let store: any KeyStore
  private let pepper: Secret?
  private let now: @Sendable () -> ContinuousClock.Instant
  private let remembered = Mutex<[String: Remembered]>([:])

  /// Without a pepper there are no keys: making or showing one is answered by 503.
  init(
    store: any KeyStore, pepper: Secret?,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
  ) {
    self.store = store
    self.pepper = pepper
    self.now = now
  }

  /// Makes a key under an id; the text is nil if the id had one already, for it is nowhere kept.
  func create(
    _ id: KeyID, user: String, name: String, scopes: Set<Scope>
  ) async throws -> (key: APIKey, text: Secret?) {
    let text = KeyText()
    let wanted = APIKey(
      id: id, userId: user, name: name, prefix: text.prefix, code: text.code(pepper: try requirePepper()),
      scopes: Scope.granted(scopes), createdAt: Date())
    let kept = try await store.insert(wanted)
    return (kept, kept.prefix == text.prefix ? text.secret : nil)
  }

  /// False if there is no such key, or it is not this user's; nil is everybody's.
  func revoke(_ id: KeyID, of user: String?) async throws -> Bool {
    defer { remembered.withLock { all in all = all.filter { $0.value.key.id != id } } }
    return try await store.revoke(id, of: user)
  }

  /// The key that a text is; 401 if it is none that holds.
  func key(_ text: String) async throws -> APIKey {
    guard let given = KeyText(text) else {
      throw Problem.unauthorized("This credential is no API key. \(Self.accepted)")
    }
    let pepper = try requirePepper()
    guard let key = try await look(up: given.prefix), given.isOf(key, pepper: pepper), key.revokedAt == nil
    else {
      throw Problem.unauthorized("This API key is not known here or was revoked. \(Self.accepted)")
    }
    return key
  }

  /// Whether a text was a key at some time since the start; says nothing of now, and asks nobody.
  func recognises(_ text: String) -> Bool {
    guard let given = KeyText(text), let pepper, let known = remembered.withLock({ $0[given.prefix] }) else {
      return false
    }
    return given.isOf(known.key, pepper: pepper)
  }

  /// Only what is there is remembered, so that guesses take no memory.
  private func look(up prefix: String) async throws -> APIKey? {
    let now = now()
    if let known = remembered.withLock({ $0[prefix] }), known.until > now { return known.key }
    let key = try await store.key(prefix: prefix)
    remembered.withLock { $0[prefix] = key.map { Remembered(key: $0, until: now + Self.patience) } }
    return key
  }

  private func requirePepper() throws(Problem) -> Secret {
    guard let pepper else {
      throw Problem(
        503, code: "keys_unavailable",
        detail: "API keys are switched off here: the operator must set LONGTAKE_KEY_PEPPER.")
    }
    return pepper
  }
}
