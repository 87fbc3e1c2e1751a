internal import Contracts
internal import FoundationEssentials

extension S3ArtifactStore {
  /// All of one length but the last, as R2 wants it; AWS allows 10 000 of at least 5 MiB.
  private static let smallestPart = 8 << 20
  private static let parallelParts = 6
  private static let maximumParts = 10_000

  /// The hash of a file, and those of its parts.
  private struct Digests {
    let bytes: Int
    let sha256: String
    let partBytes: Int
    let parts: [String]
  }

  /// A file that is to be stored, with the hashes of all that will be sent.
  private struct Source {
    let path: String
    let key: String
    let digests: Digests

    var reference: ArtifactReference {
      ArtifactReference(key: key, bytes: digests.bytes, sha256: digests.sha256)
    }

    func part(_ index: Int) -> S3Client.Body {
      let offset = index * digests.partBytes
      return .part(
        path: path, offset: offset, count: min(digests.partBytes, digests.bytes - offset),
        sha256: digests.parts[index])
    }

    var headers: SigV4.Pairs {
      [("content-type", LinkForm.type(of: key)), (S3Client.hashField, digests.sha256)]
    }

    /// Whether a store says the right hash: that of the whole, or of the parts' hashes, with their number or without.
    /// https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
    func has(_ checksum: String) -> Bool {
      let all = digests.parts.reduce(into: Data()) { $0 += Data(ofHex: $1) }
      let ofParts = Data(SigV4.hash(all)).base64EncodedString()
      return [
        Data(ofHex: digests.sha256).base64EncodedString(), ofParts, "\(ofParts)-\(digests.parts.count)",
      ].contains(checksum)
    }
  }

  func put(file path: String, as key: String) async throws(ArtifactError) -> PutOutcome {
    guard StorageKeys.isWritable(key) else { throw .invalid(key) }
    let source = Source(path: path, key: key, digests: try await digests(of: path))
    // A name that is taken and then empty is being written or was just deleted: a few rounds show which.
    for round in 1...4 {
      if let outcome = try await putOnce(source) { return outcome }
      try await client.wait(S3Client.delay(round))
    }
    throw ArtifactError(
      .throttled, "\(key) is being written by others and is not there yet: it is tried again.")
  }

  /// Google keeps no precondition when parts are put together, so there a file of any length is one request.
  /// https://cloud.google.com/storage/docs/request-preconditions
  func goesInParts(_ bytes: Int) -> Bool {
    bytes >= multipartBytes && client.configuration.signer.dialect != .google
  }

  /// The hash of the file and those of its parts, side by side; a file that is written to meanwhile is refused.
  private func digests(of path: String) async throws(ArtifactError) -> Digests {
    let before = try await blocking { () throws(ArtifactError) in try BlockingFile.state(of: path) }
    let isLarge = goesInParts(before.bytes)
    let partBytes = isLarge ? Self.partBytes(of: before.bytes) : max(multipartBytes, before.bytes)
    let count = isLarge ? (before.bytes + partBytes - 1) / partBytes : 0
    let hashes = try await concurrently(count + 1, width: 3) { (index) throws(ArtifactError) in
      // The whole takes longest, so it begins first.
      try await blocking { () throws(ArtifactError) in
        index == 0
          ? try BlockingFile.digest(path).sha256
          : try BlockingFile.digest(path, from: (index - 1) * partBytes, count: partBytes).sha256
      }
    }
    let after = try await blocking { () throws(ArtifactError) in try BlockingFile.state(of: path) }
    guard before == after else {
      throw ArtifactError(.corrupt, "\(path) was changed while it was stored: store it when it is complete.")
    }
    return Digests(
      bytes: before.bytes, sha256: hashes[0], partBytes: partBytes,
      parts: isLarge ? Array(hashes.dropFirst()) : [hashes[0]])
  }

  /// Nil if the name was taken by something that is not there.
  private func putOnce(_ source: Source) async throws(ArtifactError) -> PutOutcome? {
    let written = try await write(source)
    if case .written(let checksum?) = written, source.has(checksum) {
      return .stored(source.reference)
    }
    let name = name(source.key)
    guard let object = try await client.head(name) else {
      if case .written = written { throw other(source) }
      return nil
    }
    let found = try await reference(source.key, name, object)
    switch written {
    case .written where found != source.reference: throw other(source)
    case .taken where written != .taken(perhapsByUs: true) || found != source.reference: return .exists(found)
    case .written, .taken:
      try await prove(source, name, object)
      return .stored(found)
    }
  }

  /// Throws unless the store says the hash of what it holds, or what it holds is right when it is read.
  private func prove(_ source: Source, _ name: String, _ object: S3Object) async throws(ArtifactError) {
    guard let checksum = object.checksum else {
      _ = try await cached(name, object)
      return
    }
    guard source.has(checksum) else { throw other(source) }
  }

  private func write(_ source: Source) async throws(ArtifactError) -> S3Written {
    guard goesInParts(source.digests.bytes) else {
      let headers =
        source.headers + [
          ("x-amz-sdk-checksum-algorithm", "SHA256"),
          (S3Client.checksumField, Data(ofHex: source.digests.sha256).base64EncodedString()),
        ]
      let body = source.digests.bytes == 0 ? S3Client.Body.none : source.part(0)
      return try await client.put(name(source.key), body, headers: headers)
    }
    let name = name(source.key)
    let id = try await client.beginUpload(name, headers: source.headers)
    do throws(ArtifactError) {
      let etags = try await concurrently(
        source.digests.parts.count, width: Self.parallelParts
      ) { (index) throws(ArtifactError) in
        try await client.uploadPart(index + 1, of: name, id, source.part(index))
      }
      let written = try await client.completeUpload(
        name, id, parts: Array(zip(etags, source.digests.parts)))
      if case .taken = written { await abandon(name, id) }
      return written
    } catch {
      await abandon(name, id)
      if error == S3Client.uploadGone { return .taken(perhapsByUs: true) }
      throw error
    }
  }

  /// Frees what was uploaded; where that fails, the sweep of leftovers does it later.
  private func abandon(_ name: String, _ id: String) async {
    await shielded { do { try await client.abortUpload(name, id) } catch {} }
  }

  private func other(_ source: Source) -> ArtifactError {
    ArtifactError(
      .corrupt,
      "The store does not hold what was written to \(source.key): check who else writes to the bucket.")
  }

  private static func partBytes(of bytes: Int) -> Int {
    let megabyte = 1 << 20
    return max(smallestPart, (bytes / maximumParts / megabyte + 1) * megabyte)
  }
}

extension Data {
  /// The bytes that lower-case hexadecimal digits name.
  init(ofHex digits: String) {
    let values = digits.utf8.map {
      $0 < UInt8(ascii: "a") ? $0 - UInt8(ascii: "0") : $0 - UInt8(ascii: "a") + 10
    }
    self.init(stride(from: 0, to: values.count - 1, by: 2).map { values[$0] << 4 | values[$0 + 1] })
  }
}

extension LinkForm {
  /// The media type of a stored file by its name: only what Longtake itself stores, anything else is a download.
  public static func type(of name: String) -> String {
    switch name.split(separator: ".").last {
    case "mp4": "video/mp4"
    case "png": "image/png"
    case "jpg": "image/jpeg"
    case "vtt": "text/vtt; charset=utf-8"
    case "mp3": "audio/mpeg"
    case "json": "application/json"
    default: "application/octet-stream"
    }
  }
}
