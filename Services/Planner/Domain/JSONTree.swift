import Contracts
import FoundationEssentials

/// Any JSON value, so that partial specs can be merged whatever their shape.
indirect enum JSONTree: Codable, Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONTree])
  case object([String: JSONTree])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONTree].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONTree].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let values): try container.encode(values)
    case .object(let members): try container.encode(members)
    }
  }
}

extension JSONTree {
  /// This value with what `partial` says on top.
  ///
  /// Null and missing say nothing and never erase; objects merge field by field; everything else replaces.
  func merging(_ partial: JSONTree) -> JSONTree {
    switch (self, partial) {
    case (_, .null): self
    case (.object(let mine), .object(let theirs)):
      .object(
        mine.merging(theirs.compactMapValues(\.withoutNulls)) { old, new in old.merging(new) })
    default: partial.withoutNulls ?? self
    }
  }

  /// Nil for null; objects without their null members.
  private var withoutNulls: JSONTree? {
    switch self {
    case .null: nil
    case .object(let members): .object(members.compactMapValues(\.withoutNulls))
    default: self
    }
  }
}
