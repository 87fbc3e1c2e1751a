import Crypto
public import FoundationEssentials

/// An id that cannot be mistaken for the id of something else; on the wire a lower-case UUID string.
public struct Identifier<Entity>: Hashable, Sendable {
  public let uuid: UUID

  public init(_ uuid: UUID) { self.uuid = uuid }

  /// A fresh random id (RFC 9562, version 4).
  public static func random() -> Self { Self(UUID()) }
}

extension Identifier: LosslessStringConvertible {
  /// Nil unless `description` is a UUID in its canonical form of 36 characters, in either case.
  public init?(_ description: String) {
    guard let uuid = UUID(uuidString: description) else { return nil }
    self.init(uuid)
  }

  public var description: String { uuid.uuidString.lowercased() }
}

extension Identifier: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let id = Self(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a UUID")
    }
    self = id
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

/// The entities that ids are told apart by; none has a value.
public enum Entity {
  public enum Video {}
  public enum Run {}
  public enum Task {}
  public enum Action {}
  public enum Event {}
}

public typealias VideoID = Identifier<Entity.Video>
/// A run and the entity that it makes share their UUID.
public typealias RunID = Identifier<Entity.Run>
/// A step as Status sees it and the task that executes it share one id.
public typealias TaskID = Identifier<Entity.Task>
public typealias ActionID = Identifier<Entity.Action>
public typealias EventID = Identifier<Entity.Event>

extension Identifier where Entity == Contracts.Entity.Task {
  /// The id of a step: always the same for a run, key and generation, so that sending it twice is harmless.
  public init(run: RunID, step: StepKey, generation: Int) {
    self.init(UUID(namespace: run.uuid, name: "\(step.rawValue)#\(generation)"))
  }
}

extension Identifier where Entity == Contracts.Entity.Event {
  /// The id of a fact: always the same for a task and its version.
  public init(task: TaskID, version: Int) {
    self.init(UUID(namespace: task.uuid, name: "task.changed#\(version)"))
  }
}

extension UUID {
  /// A name-based UUID, version 5 (RFC 9562 §5.5): SHA-1 over the namespace and the name.
  public init(namespace: UUID, name: String) {
    var hasher = Insecure.SHA1()
    hasher.update(data: Self.bytes(namespace))
    hasher.update(data: Array(name.utf8))
    var digest = Array(hasher.finalize().prefix(16))
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    self.init(
      uuid: (
        digest[0], digest[1], digest[2], digest[3], digest[4], digest[5], digest[6], digest[7],
        digest[8], digest[9], digest[10], digest[11], digest[12], digest[13], digest[14], digest[15]
      ))
  }

  private static func bytes(_ id: UUID) -> [UInt8] {
    let b = id.uuid
    return [
      b.0, b.1, b.2, b.3, b.4, b.5, b.6, b.7, b.8, b.9, b.10, b.11, b.12, b.13, b.14, b.15,
    ]
  }
}
