import CCurl
import FoundationEssentials
import HTTPTypes

/// Where the body of a success goes.
enum ResponseDestination {
  case memory
  /// A new file that appears when it is complete.
  case file(String)
  /// A file that is there, from an offset on.
  case piece(String, offset: Int)
}

/// Takes a response in as it arrives: header fields and a body kept in memory, or the body of a success in a
/// file; refuses what is longer than allowed.
struct ResponseSink: ~Copyable {
  /// libcurl limits one line, not their sum: https://curl.se/libcurl/c/CURLOPT_HEADERFUNCTION.html.
  private static let maximumHeaderBytes = 256 * 1024
  /// The body of a refused download, kept for its message.
  private static let maximumRefusalBytes = 64 * 1024

  private(set) var status = 0
  private(set) var headers = HTTPFields()
  /// Why the sink refused to take more, told instead of libcurl's "write error".
  private(set) var failure: (kind: TransferError.Kind, message: String)?
  private var body = Data()
  private var headerBytes = 0
  private var bodyBytes = 0
  private let maximumBytes: Int
  private var file: PartialFile?

  init(maximumBytes: Int, destination: ResponseDestination) throws(TransferError) {
    self.maximumBytes = maximumBytes
    switch destination {
    case .memory: file = nil
    case .file(let path): file = PartialFile(destination: path)
    case .piece(let path, let offset): file = try PartialFile(filling: path, at: offset)
    }
  }

  /// Takes one header line; a status line begins anew, as after `100 Continue`.
  mutating func take(line: UnsafeRawBufferPointer) -> Bool {
    headerBytes += line.count
    guard headerBytes <= Self.maximumHeaderBytes else {
      return refuse(.tooLarge, "The response has more than \(Self.maximumHeaderBytes) bytes of headers.")
    }
    let text = String(decoding: line, as: UTF8.self)
    if text.hasPrefix("HTTP/") {
      status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      headers = HTTPFields()
    } else if let colon = text.firstIndex(of: ":"), let name = HTTPField.Name(String(text[..<colon])) {
      let value = text[text.index(after: colon)...].trimming { $0.isWhitespace }
      headers.append(HTTPField(name: name, value: String(value)))
    }
    return true
  }

  /// Takes a piece of the body.
  mutating func take(body piece: UnsafeRawBufferPointer) -> Bool {
    bodyBytes += piece.count
    guard bodyBytes <= maximumBytes else {
      return refuse(.tooLarge, "The response is longer than \(maximumBytes) bytes.")
    }
    if file == nil {
      body.append(contentsOf: piece)
    } else if !(200..<300).contains(status) {
      body.append(contentsOf: piece.prefix(max(0, Self.maximumRefusalBytes - body.count)))
    } else if let fault = file?.append(piece) {
      return refuse(.file, fault)
    }
    return true
  }

  /// Gives the response out, or the fault of making its file; call once, when the transfer has succeeded.
  mutating func finish(status: Int) -> Result<IncomingResponse, TransferError> {
    if file != nil, (200..<300).contains(status), let fault = file?.publish() {
      return .failure(TransferError(kind: .file, code: CURLE_WRITE_ERROR, message: fault))
    }
    return .success(IncomingResponse(status: status, headers: headers, body: body))
  }

  /// Removes what was written of a file that was not finished.
  mutating func discardFile() { file = nil }

  private mutating func refuse(_ kind: TransferError.Kind, _ message: String) -> Bool {
    failure = (kind, message)
    return false
  }
}

extension Substring {
  fileprivate func trimming(_ isUnwanted: (Character) -> Bool) -> Substring {
    var rest = drop(while: isUnwanted)
    while let last = rest.last, isUnwanted(last) { rest.removeLast() }
    return rest
  }
}
