import Artifacts
import FoundationEssentials
import HTTPTypes
import Hummingbird
import NIOPosix
import ServiceKit

extension MediaRoutes {
  /// No index of a filmstrip is nearly as large.
  private static let largestWebVTT = 1_000_000

  /// A WebVTT with its links signed anew: whole, because its text changes with them.
  func showWebVTT(_ key: String, _ size: Int, _ request: Request) async throws -> Response {
    guard size <= Self.largestWebVTT else { throw Problem.notFound("file under this link") }
    let links = address.links(request)
    // The links change with their window, and with the name under which the gateway was called.
    let tag = Self.tag("\(key) \(links.base) \(LinkSigner.expiry(now: links.now))", size)
    var headers = Self.headers(key, tag)
    headers[.acceptRanges] = nil
    if EntityTag.matches(ifNoneMatch: request.headers[.ifNoneMatch], tag) {
      return Response(status: .notModified, headers: headers)
    }
    let path = try await store.localFile(key)
    let stored = try await NIOThreadPool.singleton.runIfActive {
      try String(contentsOf: URL(filePath: path), encoding: .utf8)
    }
    let text = WebVTTLinks.signed(stored, in: key, links: links)
    return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}
