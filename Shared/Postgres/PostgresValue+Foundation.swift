public import Contracts
public import FoundationEssentials

extension UUID: PostgresValue {
  public var boundValue: BoundValue { .text(uuidString.lowercased()) }

  public static func decoded(from cell: String?) -> UUID? { cell.flatMap(UUID.init(uuidString:)) }
}

extension Identifier: PostgresValue {}

extension Data: PostgresValue {
  /// The hex format of bytea (PostgreSQL §8.4.1).
  public var boundValue: BoundValue {
    var text = "\\x"
    text.reserveCapacity(2 + 2 * count)
    for byte in self {
      text.unicodeScalars.append(Self.digit(byte >> 4))
      text.unicodeScalars.append(Self.digit(byte & 15))
    }
    return .text(text)
  }

  public static func decoded(from cell: String?) -> Data? {
    guard let cell, cell.hasPrefix("\\x"), cell.utf8.count.isMultiple(of: 2) else { return nil }
    var data = Data(capacity: cell.utf8.count / 2 - 1)
    var high: UInt8?
    for character in cell.utf8.dropFirst(2) {
      guard let value = value(of: character) else { return nil }
      if let first = high {
        data.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return data
  }

  private static func digit(_ value: UInt8) -> Unicode.Scalar {
    Unicode.Scalar(value < 10 ? 48 + value : 87 + value)
  }

  private static func value(of character: UInt8) -> UInt8? {
    switch character {
    case 48...57: character - 48
    case 97...102: character - 87
    default: nil
    }
  }
}

/// A column of type jsonb that holds `Value`, in the JSON that the services speak.
public struct JSONB<Value: Codable & Sendable>: Sendable {
  public var value: Value

  public init(_ value: Value) { self.value = value }
}

extension JSONB: Equatable where Value: Equatable {}

extension JSONB: PostgresBindable {
  public var boundValue: BoundValue {
    do {
      return String(decoding: try JSON.encode(value), as: UTF8.self).boundValue
    } catch {
      return .unsendable("a value of type \(Value.self) cannot be written as JSON")
    }
  }
}

extension JSONB: PostgresDecodable {
  public static func decoded(from cell: String?) -> JSONB? {
    guard let cell else { return nil }
    do {
      return JSONB(try JSON.decode(Value.self, from: Data(cell.utf8)))
    } catch {
      return nil
    }
  }
}
