public import FoundationEssentials

/// The one way in which services read and write JSON: RFC 3339 times in UTC with milliseconds, sorted keys.
public enum JSON {
  public static func encoder() -> JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .custom { date, encoder in
      var container = encoder.singleValueContainer()
      try container.encode(Self.text(date))
    }
    return encoder
  }

  public static func decoder() -> JSONDecoder {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .custom { decoder in
      let container = try decoder.singleValueContainer()
      guard let date = Self.date(try container.decode(String.self)) else {
        throw DecodingError.dataCorruptedError(in: container, debugDescription: "not an RFC 3339 time")
      }
      return date
    }
    return decoder
  }

  public static func encode(_ value: some Encodable) throws -> Data { try encoder().encode(value) }

  public static func decode<Value: Decodable>(_ type: Value.Type, from data: Data) throws -> Value {
    try decoder().decode(type, from: data)
  }

  /// RFC 3339 in UTC, rounded to milliseconds, `2026-11-21T07:47:00.000Z`.
  ///
  /// The style cuts off, and a time that was read is often a hair below its millisecond: without the half
  /// it would lose one each time it is written.
  public static func text(_ date: Date) -> String {
    (date + 0.0005).formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }

  /// Nil unless `text` is an RFC 3339 time, with or without fractions of a second.
  public static func date(_ text: String) -> Date? {
    for fractional in [true, false] {
      let style = Date.ISO8601FormatStyle(includingFractionalSeconds: fractional)
      if let date = try? style.parse(text) { return date }
    }
    return nil
  }
}
