import Artifacts
import Crypto
import FoundationEssentials
import HTTPTypes
import Hummingbird
import ServiceKit

/// `/media/{key}`: artifacts under signed links, whole or in ranges; a store with a door of its own is led to.
struct MediaRoutes: Sendable {
  let store: any ArtifactStore
  let signer: LinkSigner
  let address: Address
  private let files = FileIO()

  init(store: any ArtifactStore, signer: LinkSigner, address: Address) {
    self.store = store
    self.signer = signer
    self.address = address
  }

  var routes: RouteCollection<AppContext> {
    RouteCollection(context: AppContext.self).get("media/**", use: show)
  }

  @Sendable func show(_ request: Request, _ context: AppContext) async throws -> Response {
    let (key, end) = try signedKey(request)
    // The links in a WebVTT are signed anew each time, which no other door does.
    let isWebVTT = key.hasSuffix(".vtt")
    if request.method == .get, !isWebVTT, let link = try await link(key, until: end) {
      return Response(status: .temporaryRedirect, headers: [.location: link, .cacheControl: "no-store"])
    }
    guard let size = try await size(of: key) else { throw Problem.notFound("file under this link") }
    if isWebVTT { return try await showWebVTT(key, size, request) }
    let tag = Self.tag(key, size)
    var headers = Self.headers(key, tag)
    if EntityTag.matches(ifNoneMatch: request.headers[.ifNoneMatch], tag) {
      return Response(status: .notModified, headers: headers)
    }
    if request.method == .head {
      return Response(status: .ok, headers: headers, body: ResponseBody(contentLength: size) { _ in })
    }
    let path = try await store.localFile(key)
    switch range(request, tag, size) {
    case .whole:
      let body = try await files.loadFile(path: path, context: context)
      return Response(status: .ok, headers: headers, body: body)
    case .part(let part):
      headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound)/\(size)"
      let body = try await files.loadFile(path: path, range: part, context: context)
      return Response(status: .partialContent, headers: headers, body: body)
    case .unsatisfiable:
      throw Problem(
        416, code: "range_not_satisfiable", detail: "The file has \(size) bytes.",
        headers: [.contentRange: "bytes */\(size)"])
    }
  }

  /// The store's own link to a file; nil where files are streamed from here.
  private func link(_ key: String, until end: Date) async throws(Problem) -> String? {
    let name = Self.name(of: key)
    do throws(ArtifactError) {
      return try await store.link(
        key, until: end,
        as: LinkForm(type: LinkForm.type(of: name), disposition: "inline; filename=\"\(name)\""))
    } catch {
      throw .unavailable("The store cannot be read just now.", code: "store_unavailable")
    }
  }

  /// The key of a link that is ours and has not ended, and when it does.
  private func signedKey(_ request: Request) throws(Problem) -> (key: String, end: Date) {
    let key = String(request.uri.path.dropFirst("/media/".count))
    let query = request.uri.queryParameters
    guard StorageKeys.isKey(key) else { throw .notFound("file under this link") }
    guard let expires = query["expires"].flatMap({ Int($0) }), let signature = query["signature"] else {
      throw .forbidden("A link to media needs its expiry and signature.", code: "link_unsigned")
    }
    guard signer.verify(key: key, expires: expires, signature: String(signature), now: .distantPast) else {
      throw .forbidden("The signature of this link is not valid.", code: "link_invalid")
    }
    guard signer.verify(key: key, expires: expires, signature: String(signature)) else {
      throw .forbidden("This link has ended: read the video again for a fresh one.", code: "link_expired")
    }
    return (key, Date(timeIntervalSince1970: TimeInterval(expires)))
  }

  private func size(of key: String) async throws(Problem) -> Int? {
    do throws(ArtifactError) {
      return try await store.size(key)
    } catch {
      throw .unavailable("The store cannot be read just now.", code: "store_unavailable")
    }
  }

  /// A range counts only if the file is still the one that the client has a part of (RFC 9110 §13.1.5).
  private func range(_ request: Request, _ tag: String, _ size: Int) -> ByteRange {
    if let condition = request.headers[.ifRange], condition != tag { return .whole }
    return ByteRange(header: request.headers[.range], size: size)
  }

  /// What is stored under a key never changes, so key and size name the bytes.
  static func tag(_ key: String, _ size: Int) -> String {
    let digest = SHA256.hash(data: Data(key.utf8)).prefix(8)
    return "\"\(String(size, radix: 16))-\(digest.map { String($0, radix: 16) }.joined())\""
  }

  static func headers(_ key: String, _ tag: String) -> HTTPFields {
    let name = name(of: key)
    return [
      .contentType: LinkForm.type(of: name), .eTag: tag, .acceptRanges: "bytes",
      .cacheControl: "private, max-age=3600", .contentDisposition: "inline; filename=\"\(name)\"",
      .xContentTypeOptions: "nosniff",
    ]
  }

  private static func name(of key: String) -> String {
    key.split(separator: "/").last.map(String.init) ?? key
  }
}
