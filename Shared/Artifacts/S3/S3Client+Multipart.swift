internal import FoundationEssentials
internal import HTTPTypes

/// Uploads in parts (docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html).
extension S3Client {
  /// An upload that was begun and neither completed nor aborted.
  struct OpenUpload: Sendable, Equatable {
    let name: String
    let id: String
    let begun: Date
  }

  /// Begins an upload, each of whose parts has its checksum, and returns its id.
  func beginUpload(_ name: String, headers: SigV4.Pairs) async throws(ArtifactError) -> String {
    let call = Call(
      method: .post, name: name, query: [("uploads", "")],
      headers: headers + [("x-amz-checksum-algorithm", "SHA256")])
    let answer = try await send(call)
    guard let id = XMLText(answer.body).first("UploadId"), !id.isEmpty else {
      throw ArtifactError(.refused, "The store begins no upload as S3 does: check LONGTAKE_S3_ENDPOINT.")
    }
    return id
  }

  /// The upload was completed, perhaps by a request of ours that was sent twice, or somebody ended it.
  static let uploadGone = ArtifactError(
    .throttled, "The upload was ended before it was complete: it is begun again.")

  /// Sends a part, counted from 1, and returns its ETag; throws `uploadGone` where there is no upload.
  func uploadPart(
    _ number: Int, of name: String, _ id: String, _ body: Body
  ) async throws(ArtifactError) -> String {
    let call = Call(
      method: .put, name: name, query: [("partNumber", String(number)), ("uploadId", id)],
      headers: [(Self.checksumField, Data(ofHex: body.sha256).base64EncodedString())], body: body,
      accepted: [404], timeout: .seconds(600))
    let answer = try await send(call)
    if answer.status == 404 { throw gone(answer) }
    guard let etag = answer.field("etag") else {
      throw ArtifactError(
        .refused, "The store names no ETag of a part, as S3 does: check LONGTAKE_S3_ENDPOINT.")
    }
    return etag
  }

  /// Makes the object of its parts, unless its name is taken.
  ///
  /// Throws `uploadGone` where there is no upload: it may have succeeded.
  func completeUpload(
    _ name: String, _ id: String, parts: [(etag: String, sha256: String)]
  ) async throws(ArtifactError) -> S3Written {
    let parts = parts.enumerated().map { index, part in
      let checksum = Data(ofHex: part.sha256).base64EncodedString()
      return
        "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(XMLText.escaped(part.etag))</ETag><ChecksumSHA256>\(checksum)</ChecksumSHA256></Part>"
    }
    let xml =
      "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(parts.joined())</CompleteMultipartUpload>"
    let call = Call(
      method: .post, name: name, query: [("uploadId", id)], headers: [("if-none-match", "*")],
      body: .bytes(Data(xml.utf8)), accepted: [404, 409, 412], mayFailLate: true, timeout: .seconds(600))
    let answer = try await send(call)
    if answer.status == 404 { throw gone(answer) }
    return answer.isSuccess
      ? .written(checksum: XMLText(answer.body).first("ChecksumSHA256"))
      : .taken(perhapsByUs: answer.mayHaveHappened)
  }

  private func gone(_ answer: Answer) -> ArtifactError {
    let fault = fault(answer)
    return fault.code == .noBucket ? fault : Self.uploadGone
  }

  /// Forgets an upload and its parts; one that is gone already is no fault.
  func abortUpload(_ name: String, _ id: String) async throws(ArtifactError) {
    _ = try await send(
      Call(method: .delete, name: name, query: [("uploadId", id)], accepted: [404], attempts: 3))
  }

  /// Every upload below a prefix that is still open.
  func openUploads(_ prefix: String) async throws(ArtifactError) -> [OpenUpload] {
    var uploads: [OpenUpload] = []
    var marker: (key: String, id: String)?
    repeat {
      var query: SigV4.Pairs = [("uploads", ""), ("prefix", prefix)]
      if let marker { query += [("key-marker", marker.key), ("upload-id-marker", marker.id)] }
      let page = XMLText(try await send(Call(method: .get, query: query)).body)
      uploads += page.all("Upload").compactMap(Self.upload)
      let next = (page.first("NextKeyMarker") ?? "", page.first("NextUploadIdMarker") ?? "")
      let goesOn = page.first("IsTruncated") == "true" && marker.map { $0 != next } ?? true
      marker = goesOn ? next : nil
    } while marker != nil
    return uploads
  }

  private static func upload(_ element: XMLText) -> OpenUpload? {
    guard let name = element.first("Key"), let id = element.first("UploadId"),
      let begun = element.first("Initiated").flatMap(date)
    else { return nil }
    return OpenUpload(name: name, id: id, begun: begun)
  }

  /// `2009-10-12T17:50:30.000Z`, to the second.
  static func date(_ text: String) -> Date? {
    guard let time = text.split(separator: ".").first else { return nil }
    do {
      return try Date(time.hasSuffix("Z") ? String(time) : "\(time)Z", strategy: .iso8601)
    } catch {
      return nil
    }
  }
}
