/// Where API keys are kept.
protocol KeyStore: Sendable {
  /// Keeps a key, with the time of the store; answers what is there already under its id, unchanged.
  func insert(_ key: APIKey) async throws -> APIKey
  /// The key with this prefix, revoked or not.
  func key(prefix: String) async throws -> APIKey?
  /// The newest first, those behind `cursor` only; all users' where `user` is nil.
  func keys(of user: String?, after cursor: KeyID?, limit: Int) async throws -> [APIKey]
  /// Ends a key for good, a revoked one as well; false if there is none, or it is not this user's.
  func revoke(_ id: KeyID, of user: String?) async throws -> Bool
}
