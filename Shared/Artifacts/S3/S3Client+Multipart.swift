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

  /// Begins an upload and returns its id.
  func beginUpload(_ name: String, headers: SigV4.Pairs) async throws(ArtifactError) -> String {
    let call = Call(method: .post, name: name, query: [("uploads", "")], headers: headers)
    let answer = try await send(call)
    guard let id = XMLText(answer.body).first("UploadId"), !id.isEmpty else {
      throw ArtifactError(.refused, "The store begins no upload as S3 does: check LONGTAKE_S3_ENDPOINT.")
    }
    return id
  }

  /// Sends a part, counted from 1, and returns its ETag.
  func uploadPart(
    _ number: Int, of name: String, _ id: String, _ body: Body
  ) async throws(ArtifactError) -> String {
    let call = Call(
      method: .put, name: name, query: [("partNumber", String(number)), ("uploadId", id)], body: body,
      timeout: .seconds(600))
    guard let etag = try await send(call).field("etag") else {
      throw ArtifactError(
        .refused, "The store names no ETag of a part, as S3 does: check LONGTAKE_S3_ENDPOINT.")
    }
    return etag
  }

  /// Makes the object of its parts, unless its name is taken.
  ///
  /// When an answer was lost the upload may be gone because it succeeded: that counts as taken, perhaps by us.
  func completeUpload(
    _ name: String, _ id: String, etags: [String]
  ) async throws(ArtifactError) -> S3Written {
    let parts = etags.enumerated().map { index, etag in
      "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(XMLText.escaped(etag))</ETag></Part>"
    }
    let xml =
      "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\(parts.joined())</CompleteMultipartUpload>"
    let call = Call(
      method: .post, name: name, query: [("uploadId", id)], headers: [("if-none-match", "*")],
      body: .bytes(Data(xml.utf8)), accepted: [404, 409, 412], mayFailLate: true, timeout: .seconds(600))
    let answer = try await send(call)
    if answer.status == 404, !answer.mayHaveHappened {
      throw fault(answer)
    }
    return written(answer)
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
      let time = element.first("Initiated")?.split(separator: ".").first
    else { return nil }
    do {
      let text = time.hasSuffix("Z") ? String(time) : "\(time)Z"
      return OpenUpload(name: name, id: id, begun: try Date(text, strategy: .iso8601))
    } catch {
      return nil
    }
  }
}
