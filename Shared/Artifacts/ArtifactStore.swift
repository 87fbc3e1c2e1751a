public import Contracts
internal import Glibc

/// Where films, pictures and music are kept: written once, verified, never changed.
///
/// Keys are made by `StorageKeys` only; every store refuses a key that it could not have made.
public protocol ArtifactStore: Sendable {
  /// Stores a copy of a file, unless the key is taken: what is stored is never overwritten.
  ///
  /// Returns after the copy was read back and is on disk.
  func put(file path: String, as key: String) async throws(ArtifactError) -> PutOutcome
  /// A path under which the artifact can be read; not to be changed or removed.
  func localFile(_ key: String) async throws(ArtifactError) -> String
  /// Size and SHA-256 of what is stored, computed anew; nil if nothing is.
  func head(_ key: String) async throws(ArtifactError) -> ArtifactReference?
  /// In bytes; nil if nothing is stored.
  func size(_ key: String) async throws(ArtifactError) -> Int?
  /// Forgets an artifact; nothing happens if there is none.
  func delete(_ key: String) async throws(ArtifactError)
  /// The keys below a folder, sorted.
  func list(_ prefix: String) async throws(ArtifactError) -> [String]
  /// Throws unless what is stored has the size and the SHA-256 of the reference.
  func verify(_ reference: ArtifactReference) async throws(ArtifactError)
  /// Throws unless the store can be written to now.
  func check() async throws(ArtifactError)
}

/// What came of a `put`; either way the reference is what is stored now.
public enum PutOutcome: Sendable, Equatable {
  case stored(ArtifactReference)
  /// The key was taken; compare the hash to learn whether by the same bytes.
  case exists(ArtifactReference)

  public var reference: ArtifactReference {
    switch self {
    case .stored(let reference), .exists(let reference): reference
    }
  }
}

/// Why a store could not do what was asked.
public struct ArtifactError: Obstacle, Sendable, Equatable, CustomStringConvertible {
  public enum Code: Sendable, Equatable {
    /// No key that `StorageKeys` makes.
    case invalidKey
    case missing
    /// No space left; a person must act.
    case full
    /// What is stored is not what was promised.
    case corrupt
    /// Anything else that the system refused; the number is its `errno`.
    case system(Int32)
  }

  public let code: Code
  /// A sentence that says what to do.
  public let message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  public var description: String { message }

  /// Whether the same call may succeed later without a person's help.
  public var isTransient: Bool {
    switch code {
    case .full, .system: true
    case .invalidKey, .missing, .corrupt: false
    }
  }

  /// What no time heals: a full store, or one that we may not write to.
  public var needsPerson: Bool {
    switch code {
    case .full: true
    case .system(let number): [EACCES, EPERM, EROFS, ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG].contains(number)
    default: !isTransient
    }
  }
}
