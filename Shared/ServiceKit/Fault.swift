/// One thing that is wrong with a request.
public struct Fault: Codable, Sendable, Equatable {
  /// Where, as a JSON pointer (RFC 6901), `/music/volume`; empty for the whole body.
  public var pointer: String
  /// What, and what would be right, in a sentence.
  public var detail: String

  public init(_ pointer: String, _ detail: String) {
    self.pointer = pointer
    self.detail = detail
  }
}
