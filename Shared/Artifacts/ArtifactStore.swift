public import Contracts
public import FoundationEssentials
internal import Glibc

/// Where films, pictures and music are kept: written once, verified, never changed.
///
/// Keys are made by `StorageKeys` only; every store refuses a key that it could not have made.
public protocol ArtifactStore: Sendable {
  /// Stores a copy of a file, unless the key is taken: what is stored is never overwritten.
  ///
  /// Returns after the copy was read back and is on disk, or after a bucket said the hash of what it has stored.
  func put(file path: String, as key: String) async throws(ArtifactError) -> PutOutcome
  /// A path under which the artifact can be read for an hour at least; not to be changed or removed.
  func localFile(_ key: String) async throws(ArtifactError) -> String
  /// Copies the artifact to a new file, which appears when it is complete, and answers what arrived.
  func copy(_ key: String, to path: String) async throws(ArtifactError) -> ArtifactReference
  /// Size and SHA-256 of what is stored, nil if nothing is.
  ///
  /// A folder's files are read anew. A bucket's objects have what the store checked when they were written, or
  /// else what their writer noted; where neither is there, they are read as well.
  func head(_ key: String) async throws(ArtifactError) -> ArtifactReference?
  /// In bytes; nil if nothing is stored.
  func size(_ key: String) async throws(ArtifactError) -> Int?
  /// Forgets an artifact; nothing happens if there is none.
  func delete(_ key: String) async throws(ArtifactError)
  /// The keys below a folder, sorted.
  func list(_ prefix: String) async throws(ArtifactError) -> [String]
  /// Throws unless what is stored has the size and the SHA-256 of the reference.
  func verify(_ reference: ArtifactReference) async throws(ArtifactError)
  /// Throws unless the store can be written to now; soon after it could, it may be enough that it answers.
  func check() async throws(ArtifactError)
  /// A link under which anybody can read the artifact until a moment, or for seven days if that comes first.
  ///
  /// Nil where the store has no door of its own, or nothing is stored.
  func link(_ key: String, until end: Date, as form: LinkForm) async throws(ArtifactError) -> String?
  /// Removes what interrupted writes left behind before a moment, and answers how many there were.
  func removeLeftovers(before moment: Date) async throws(ArtifactError) -> Int
}

extension ArtifactStore {
  public func verify(_ reference: ArtifactReference) async throws(ArtifactError) {
    guard let found = try await head(reference.key) else {
      throw ArtifactError(.missing, "There is no artifact \(reference.key).")
    }
    guard found == reference else {
      throw ArtifactError(
        .corrupt,
        "\(reference.key) has \(found.bytes) bytes and is not what was stored: make it anew as the next take."
      )
    }
  }
}

/// How a browser is told to take what a link leads to.
public struct LinkForm: Sendable, Equatable {
  /// `Content-Type`.
  public let type: String
  /// `Content-Disposition`.
  public let disposition: String

  public init(type: String, disposition: String) {
    self.type = type
    self.disposition = disposition
  }
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
    /// The store knows the key and refuses; somebody must give it rights.
    case denied
    /// The store does not know the key, or it is not valid any more.
    case badKey
    /// This machine's clock is too far from the store's to sign anything.
    case clockSkew
    case noBucket
    /// The bucket is in another region than the settings say.
    case wrongRegion
    /// The store wants fewer requests.
    case throttled
    /// The store does not answer, or with a fault of its own.
    case unreachable
    /// The store answers what no S3 does.
    case refused
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
    case .full, .system, .throttled, .unreachable: true
    case .invalidKey, .missing, .corrupt, .denied, .badKey, .clockSkew, .noBucket, .wrongRegion,
      .refused:
      false
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
