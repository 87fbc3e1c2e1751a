/// An amount in millionths of a US dollar; on the wire a decimal string with six places, `"0.190000"`.
public struct MicroDollars: Hashable, Sendable, Comparable {
  public var micros: Int

  public init(_ micros: Int) { self.micros = micros }

  public static let zero = Self(0)

  public static func < (left: Self, right: Self) -> Bool { left.micros < right.micros }
  public static func + (left: Self, right: Self) -> Self { Self(left.micros + right.micros) }
  public static func - (left: Self, right: Self) -> Self { Self(left.micros - right.micros) }
  public static func += (left: inout Self, right: Self) { left = left + right }
}

extension MicroDollars: LosslessStringConvertible {
  /// Reads a decimal number with at most six places and at most nine digits before the point.
  public init?(_ description: String) {
    let negative = description.hasPrefix("-")
    let parts = description.dropFirst(negative ? 1 : 0)
      .split(separator: ".", omittingEmptySubsequences: false)
    let isNumber = { (part: Substring) in !part.isEmpty && part.allSatisfy { "0"..."9" ~= $0 } }
    guard (1...2).contains(parts.count), parts.allSatisfy(isNumber), parts[0].count <= 9,
      let whole = Int(parts[0])
    else { return nil }
    let places = parts.count == 2 ? parts[1] : "0"
    guard places.count <= 6, let fraction = Int(places + String(repeating: "0", count: 6 - places.count))
    else { return nil }
    let micros = whole * 1_000_000 + fraction
    self.init(negative ? -micros : micros)
  }

  public var description: String {
    let fraction = String(abs(micros) % 1_000_000)
    let padding = String(repeating: "0", count: 6 - fraction.count)
    return "\(micros < 0 ? "-" : "")\(abs(micros) / 1_000_000).\(padding)\(fraction)"
  }
}

extension MicroDollars: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let amount = Self(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "not an amount in dollars with at most six places")
    }
    self = amount
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
