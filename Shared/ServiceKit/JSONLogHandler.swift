internal import Contracts
internal import FoundationEssentials
public import Logging

/// Writes each log event as one line of JSON: `ts`, `level`, `service`, `message` and the metadata.
public struct JSONLogHandler: LogHandler {
  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  public var metadataProvider: Logger.MetadataProvider?
  private let service: String
  private let label: String
  private let write: @Sendable (String) -> Void

  public init(
    service: String, label: String, level: Logger.Level, write: (@Sendable (String) -> Void)? = nil
  ) {
    self.service = service
    self.label = label
    self.logLevel = level
    self.write = write ?? { StandardError.write($0) }
  }

  public subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var fields = metadata.merging(metadataProvider?.get() ?? [:]) { _, new in new }
    fields.merge(event.metadata ?? [:]) { _, new in new }
    if let error = event.error { fields["error"] = "\(error)" }
    if let id = CurrentRequest.requestId, fields["requestId"] == nil { fields["requestId"] = "\(id)" }
    if let trace = CurrentRequest.trace, fields["traceId"] == nil { fields["traceId"] = "\(trace.traceId)" }
    fields["hb.request.id"] = nil
    var line = "{\"ts\":\"\(JSON.text(Date()))\",\"level\":\"\(event.level)\",\"service\":\"\(service)\""
    line += ",\"message\":\(Self.quoted(event.message.description))"
    if label != service { line += ",\"logger\":\(Self.quoted(label))" }
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
      line += ",\(Self.quoted(key)):\(Self.json(value))"
    }
    write(line + "}")
  }

  private static func json(_ value: Logger.MetadataValue) -> String {
    switch value {
    case .string(let text): quoted(text)
    case .stringConvertible(let value): number(value) ?? quoted(value.description)
    case .array(let values): "[" + values.map(json).joined(separator: ",") + "]"
    case .dictionary(let members):
      "{"
        + members.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(json($0.value))" }
        .joined(separator: ",") + "}"
    }
  }

  private static func number(_ value: any CustomStringConvertible) -> String? {
    switch value {
    case let value as Int: String(value)
    case let value as Double where value.isFinite: String(value)
    case let value as Bool: String(value)
    default: nil
    }
  }

  /// RFC 8259 §7.
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
