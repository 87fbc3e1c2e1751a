public import Contracts
internal import FoundationEssentials

/// Makes every key of the store (ARCHITECTURE §6) and tells which texts are keys.
public struct StorageKeys: Sendable, Equatable {
  /// First segments that are no user's.
  static let reserved: Set<String> = [
    "chunks", "references", "videos", "projects", "nodes", "clips", "assets",
  ]
  static let kinds: Set<String> = ["videos", "projects", "nodes", "clips"]
  public static let maximumBytes = 512

  /// `{user}/videos/{id}`, without a slash at its end.
  public let folder: String

  /// The keys of one video.
  public static func video(user: String, video: VideoID) -> StorageKeys {
    StorageKeys(folder: "\(segment(ofUser: user))/videos/\(video)")
  }

  /// Takes count from 1; the first has the plain name.
  public func chunk(_ index: Int, take: Int = 1) -> String { key("chunk_\(Self.digits(index))", take, "mp4") }

  public func lastFrame(_ index: Int, take: Int = 1) -> String {
    "\(folder)/chunk_\(Self.digits(index))\(Self.suffix(take))_last_frame.png"
  }

  public func chunkPoster(_ index: Int, take: Int = 1) -> String {
    "\(folder)/chunk_\(Self.digits(index))\(Self.suffix(take))_poster.jpg"
  }

  public func styleGuide(take: Int = 1) -> String { key("style_guide", take, "png") }
  public func productReference(take: Int = 1) -> String { key("product_reference", take, "png") }
  public func stitched(take: Int = 1) -> String { key("stitched", take, "mp4") }
  public func music(take: Int = 1) -> String { key("background", take, "mp3") }
  public func final(take: Int = 1) -> String { key("final_draft", take, "mp4") }
  public func delivery(take: Int = 1) -> String { key("delivery", take, "json") }
  public func poster(take: Int = 1) -> String { key("poster", take, "jpg") }
  public func filmstrip(take: Int = 1) -> String { key("filmstrip", take, "jpg") }
  public func filmstripVtt(take: Int = 1) -> String { key("filmstrip", take, "vtt") }
  public func waveform(take: Int = 1) -> String { key("waveform", take, "png") }

  /// Where a user's files are: his own name if it is harmless, else a UUID that is always the same for him.
  public static func segment(ofUser user: String) -> String {
    let isPlain =
      (1...63).contains(user.utf8.count) && !reserved.contains(user)
      && user.utf8.first.map(isLowerOrDigit) == true
      && user.utf8.allSatisfy { isLowerOrDigit($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }
    return isPlain ? user : VideoID(UUID(namespace: userNamespace, name: user)).description
  }

  /// The user segment of a key; nil for one of an old layout.
  public static func owner(of key: String) -> String? {
    let segments = key.split(separator: "/")
    guard isKey(key), segments.count >= 3 else { return nil }
    if kinds.contains(String(segments[1])), !reserved.contains(String(segments[0])) {
      return String(segments[0])
    }
    return segments[0] == "assets" ? String(segments[1]) : nil
  }

  /// Whether a text could be a key at all: plain ASCII segments that lead nowhere but down.
  public static func isKey(_ text: String) -> Bool {
    guard (1...maximumBytes).contains(text.utf8.count) else { return false }
    return text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).allSatisfy {
      segment in
      (1...200).contains(segment.count) && segment.first != UInt8(ascii: ".")
        && segment.first != UInt8(ascii: "-") && segment.allSatisfy(isAllowed)
    }
  }

  /// Whether something may be written there: only the layout of today, never an old prefix.
  public static func isWritable(_ key: String) -> Bool { owner(of: key) != nil }

  /// Where readers look besides, in this order, when a video's key is missing; nothing is written there.
  public static func oldPlaces(of key: String) -> [String] {
    let segments = key.split(separator: "/").map(String.init)
    guard isKey(key), segments.count == 4, segments[1] == "videos" else { return [] }
    let rest = "\(segments[2])/\(segments[3])"
    return ["chunks/\(rest)", "references/\(rest)", "videos/\(rest)", rest]
  }

  private static let userNamespace = UUID(
    uuid: (0x6c, 0x6f, 0x6e, 0x67, 0x74, 0x61, 0x4b, 0x65, 0xa0, 0x75, 0x73, 0x65, 0x72, 0x2e, 0x69, 0x64))

  private func key(_ name: String, _ take: Int, _ type: String) -> String {
    "\(folder)/\(name)\(Self.suffix(take)).\(type)"
  }

  private static func suffix(_ take: Int) -> String { take <= 1 ? "" : "_take_\(digits(take))" }

  /// Two digits, three from 100; readers sort by number.
  private static func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

  private static func isLowerOrDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    isLowerOrDigit(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }
}
