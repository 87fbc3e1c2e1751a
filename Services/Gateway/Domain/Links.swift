import Artifacts
import FoundationEssentials

/// Makes the absolute URLs of one answer: all of them signed at the same moment.
struct Links: Sendable {
  /// `https://host`, without a slash at its end.
  let base: String
  let signer: LinkSigner
  let now: Date

  /// A signed link to an artifact; nil for no key.
  func url(_ key: String?) -> String? {
    key.map { key in
      let link = signer.sign(key: key, now: now)
      return "\(base)/media/\(key)?expires=\(link.expires)&signature=\(link.signature)"
    }
  }

  func video(_ id: some CustomStringConvertible) -> String { "\(base)/api/videos/\(id)" }

  func deletion(_ id: some CustomStringConvertible) -> String { "\(base)/api/deletions/\(id)" }

  /// The version with the window of the signed links: what else an answer depends on.
  func tag(version: Int) -> EntityTag {
    EntityTag(version: version, window: LinkSigner.expiry(now: now))
  }
}
