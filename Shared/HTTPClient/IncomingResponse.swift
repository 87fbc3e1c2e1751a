public import FoundationEssentials
public import HTTPTypes

/// A complete answer: its body has arrived as far as it was announced.
public struct IncomingResponse: Sendable, Equatable {
  public var status: Int
  public var headers: HTTPFields
  /// Empty after a download that went to its file.
  public var body: Data

  public init(status: Int, headers: HTTPFields = [:], body: Data = Data()) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  public var isSuccess: Bool { (200..<300).contains(status) }
}
