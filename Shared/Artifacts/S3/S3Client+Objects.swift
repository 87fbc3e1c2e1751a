internal import FoundationEssentials
internal import HTTPTypes

/// What the store says of an object.
struct S3Object: Sendable, Equatable {
  let bytes: Int
  let etag: String
  /// Checked by the store when it was written, or noted by whoever wrote it; nil where neither is there.
  let sha256: String?
  /// The store's own SHA-256 as it says it: of the whole, or of the parts' with their number.
  var checksum: String?
}

/// What came of a conditional write.
enum S3Written: Sendable, Equatable {
  /// With what the store computed while it wrote, as in `S3Object`, where it says that.
  case written(checksum: String?)
  /// Something has the name, or is getting it; `perhaps` by an attempt of ours whose answer was lost.
  case taken(perhapsByUs: Bool)
}

extension S3Client {
  /// The metadata field in which Longtake notes what it has written.
  static let hashField = "x-amz-meta-sha256"
  static let checksumField = "x-amz-checksum-sha256"
  private static let notThere: SigV4.Pairs = [("if-none-match", "*")]

  /// Nil if there is no such object.
  func head(_ name: String) async throws(ArtifactError) -> S3Object? {
    let call = Call(
      method: .head, name: name, headers: [("x-amz-checksum-mode", "ENABLED")],
      accepted: [301, 307, 400, 401, 403, 404, 405])
    let answer = try await send(call)
    if answer.status == 404 { return nil }
    if answer.isSuccess { return try object(answer) }
    // An answer to HEAD has no body that would say why.
    _ = try await send(Call(method: .get, name: name, headers: [("range", "bytes=0-0")]), limit: 65_536)
    throw fault(answer)
  }

  /// Writes an object unless its name is taken.
  func put(
    _ name: String, _ body: Body, headers: SigV4.Pairs, attempts: Int = S3Client.maximumAttempts,
    timeout: Duration? = nil
  ) async throws(ArtifactError) -> S3Written {
    let call = Call(
      method: .put, name: name, headers: headers + Self.notThere, body: body, accepted: [409, 412],
      attempts: attempts, timeout: timeout ?? Self.patience(body.count))
    let answer = try await send(call)
    return answer.isSuccess
      ? .written(checksum: answer.field(Self.checksumField)) : .taken(perhapsByUs: answer.mayHaveHappened)
  }

  /// Ten minutes, and a second for every megabyte; a transfer that stands still ends sooner.
  static func patience(_ bytes: Int) -> Duration { .seconds(600 + bytes >> 20) }

  /// A piece of an object into a file that is there; nil if there is no object.
  ///
  /// With an `etag`, an object that is another meanwhile is a fault.
  func get(
    _ name: String, _ range: Range<Int>, etag: String?, into path: String
  ) async throws(ArtifactError) -> Piece? {
    var headers: SigV4.Pairs = [("range", "bytes=\(range.lowerBound)-\(range.upperBound - 1)")]
    if let etag { headers.append(("if-match", etag)) }
    let call = Call(
      method: .get, name: name, headers: headers, accepted: [404, 412, 416], timeout: .seconds(600))
    let answer = try await send(call, into: (path, range.lowerBound), limit: max(range.count, 65_536))
    switch answer.status {
    case 404:
      let fault = fault(answer)
      if fault.code == .noBucket { throw fault }
      return nil
    case 412:
      throw ArtifactError(.corrupt, "\(name) was changed while it was read: only Longtake may write there.")
    // RFC 9110 §15.5.17: no range of an empty object can be had.
    case 416 where range.lowerBound == 0: return Piece(total: 0, count: 0, object: nil)
    default: break
    }
    guard let piece = Piece(answer, from: range.lowerBound, try object(answer)), piece.count <= range.count
    else {
      throw ArtifactError(
        .refused,
        "The store does not send the part of \(name) that it was asked for: check LONGTAKE_S3_ENDPOINT.")
    }
    return piece
  }

  func delete(_ name: String, attempts: Int = S3Client.maximumAttempts) async throws(ArtifactError) {
    let answer = try await send(Call(method: .delete, name: name, accepted: [404], attempts: attempts))
    if answer.status == 404, fault(answer).code == .noBucket { throw fault(answer) }
  }

  /// The names that begin so.
  func list(_ prefix: String) async throws(ArtifactError) -> [String] {
    try await objects(prefix).map(\.name)
  }

  /// The names that begin so and when each was written, if the store says it; page by page to the end.
  func objects(_ prefix: String) async throws(ArtifactError) -> [(name: String, written: Date?)] {
    var objects: [(name: String, written: Date?)] = []
    var token: String?
    repeat {
      var query: SigV4.Pairs = [("list-type", "2"), ("prefix", prefix)]
      if let token { query.append(("continuation-token", token)) }
      let page = XMLText(try await send(Call(method: .get, query: query)).body)
      guard let result = page.all("ListBucketResult").first else {
        throw ArtifactError(
          .refused, "The store does not answer a list as S3 does: check LONGTAKE_S3_ENDPOINT.")
      }
      objects += result.all("Contents").compactMap { element in
        element.first("Key").map { ($0, element.first("LastModified").flatMap(Self.date)) }
      }
      let next = result.first("NextContinuationToken")
      token = result.first("IsTruncated") == "true" && next != token ? next : nil
    } while token != nil
    return objects
  }

  private func object(_ answer: Answer) throws(ArtifactError) -> S3Object {
    let length =
      answer.field("content-range").flatMap { $0.split(separator: "/").last }
      ?? answer.field("content-length")?[...]
    guard let bytes = length.flatMap({ Int($0) }), let etag = answer.field("etag") else {
      throw ArtifactError(
        .refused, "The store names no size or ETag, as S3 does: check LONGTAKE_S3_ENDPOINT.")
    }
    return S3Object(
      bytes: bytes, etag: etag, sha256: Self.hash(answer, configuration.signer.dialect),
      checksum: answer.field(Self.checksumField))
  }

  /// That of the whole object only.
  ///
  /// A checksum of checksums should end in the number of parts, as the ETag does; some servers leave it out.
  private static func checksum(_ answer: Answer) -> String? {
    guard answer.field("x-amz-checksum-type") != "COMPOSITE", answer.field("etag")?.contains("-") != true,
      let text = answer.field(checksumField),
      let bytes = Data(base64Encoded: text), bytes.count == 32
    else { return nil }
    return hex(bytes)
  }

  /// What the store checked, or else what the writer noted.
  private static func hash(_ answer: Answer, _ dialect: SigV4.Dialect) -> String? {
    if let checksum = checksum(answer) { return checksum }
    let noted = answer.field(dialect.prefix + "meta-sha256")?.lowercased()
    return noted.flatMap { $0.utf8.count == 64 && $0.allSatisfy(\.isHexDigit) ? $0 : nil }
  }
}

/// The part of an object that was sent.
struct Piece: Sendable {
  /// Of the whole object, in bytes.
  let total: Int
  let count: Int
  let object: S3Object?

  init(total: Int, count: Int, object: S3Object?) {
    (self.total, self.count, self.object) = (total, count, object)
  }

  /// Nil unless the answer is a part that begins where it should: `Content-Range: bytes 0-9/100`.
  init?(_ answer: S3Client.Answer, from start: Int, _ object: S3Object) {
    guard answer.status == 206, let range = answer.field("content-range") else { return nil }
    let numbers = range.split { !$0.isNumber }.compactMap { Int($0) }
    guard range.hasPrefix("bytes "), numbers.count == 3, numbers[0] == start, numbers[1] >= start,
      numbers[1] < numbers[2]
    else { return nil }
    self.init(total: numbers[2], count: numbers[1] - start + 1, object: object)
  }
}
