internal import FoundationEssentials
internal import Glibc
internal import HTTPClient
internal import HTTPTypes

/// What the store said instead of doing it, as far as it can be read.
struct S3Fault {
  let status: Int
  /// `NoSuchBucket`; empty where the answer has no body that says it.
  let code: String
  let message: String
  /// Where the bucket is, if that is the fault.
  let region: String?

  /// Reads the XML of an error; anything else gives a fault without a code.
  init(_ answer: IncomingResponse, status: Int) {
    let error = XMLText(answer.body.prefix(64 * 1024)).all("Error").first
    self.status = status
    code = error?.first("Code") ?? ""
    message = error?.first("Message") ?? ""
    region = error?.first("Region") ?? HTTPField.Name("x-amz-bucket-region").flatMap { answer.headers[$0] }
  }
}

extension ArtifactError {
  /// The sentence for a fault: what it is, and what a person does about it.
  static func store(_ fault: S3Fault, _ store: S3Configuration, clockAhead: TimeInterval?) -> ArtifactError {
    let place = "\(store.endpoint.scheme)://\(store.endpoint.authority)"
    switch fault.code {
    case "NoSuchBucket":
      return ArtifactError(
        .noBucket, "There is no bucket \(store.bucket) at \(place): create it, or correct LONGTAKE_S3_BUCKET."
      )
    case "RequestTimeTooSkewed":
      return ArtifactError(
        .clockSkew,
        "The clock of this machine is \(apart(clockAhead)) that of the store at \(place): set it, for instance by NTP."
      )
    case "InvalidAccessKeyId":
      return ArtifactError(
        .badKey, "The store at \(place) does not know the key: correct AWS_ACCESS_KEY_ID.")
    case "SignatureDoesNotMatch", "InvalidSecurity":
      return ArtifactError(
        .badKey,
        "The store at \(place) refuses the signature: AWS_SECRET_ACCESS_KEY does not belong to AWS_ACCESS_KEY_ID."
      )
    case "ExpiredToken", "InvalidToken", "TokenRefreshRequired":
      return ArtifactError(
        .badKey,
        "The session token for \(place) is not valid any more: renew the AWS_ variables and start again.")
    case "AuthorizationHeaderMalformed", "PermanentRedirect", "IllegalLocationConstraintException":
      let region = fault.region.map { "set LONGTAKE_S3_REGION=\($0)" } ?? "correct LONGTAKE_S3_REGION"
      return ArtifactError(.wrongRegion, "The bucket \(store.bucket) is not in \(store.region): \(region).")
    case "QuotaExceeded", "XMinioStorageFull", "InsufficientStorage", "InsufficientCapacity",
      "XMinioAdminBucketQuotaExceeded":
      return ArtifactError(
        .full, "The store at \(place) is full: free space in \(store.bucket), or raise its quota.")
    case "BadDigest", "XAmzContentSHA256Mismatch", "XAmzContentChecksumMismatch", "InvalidDigest":
      return ArtifactError(
        .corrupt,
        "The bytes that arrived at \(place) are not those that were signed: the file changed meanwhile.")
    default: return byStatus(fault, store, place)
    }
  }

  private static func byStatus(_ fault: S3Fault, _ store: S3Configuration, _ place: String) -> ArtifactError {
    let said = [String(fault.status), fault.code, fault.message].filter { !$0.isEmpty }.joined(separator: " ")
    switch fault.status {
    case 301, 307:
      return ArtifactError(
        .wrongRegion,
        "The bucket \(store.bucket) is elsewhere: correct LONGTAKE_S3_REGION and LONGTAKE_S3_ENDPOINT.")
    case 401, 403, 405:
      return ArtifactError(
        .denied,
        "The store refuses to read or write in \(store.bucket) (\(said)): allow the key GetObject, PutObject, DeleteObject, ListBucket and AbortMultipartUpload there."
      )
    case 429, 503:
      return ArtifactError(
        .throttled, "The store at \(place) asks for fewer requests (\(said)): it is tried again.")
    case 507:
      return ArtifactError(
        .full, "The store at \(place) is full: free space in \(store.bucket), or raise its quota.")
    // 501 is what a store answers that does not know a header field or a call.
    case 500, 502...:
      return ArtifactError(.unreachable, "The store at \(place) fails (\(said)): it is tried again.")
    default:
      return ArtifactError(
        .refused,
        "The store at \(place) does not do what S3 does (\(said)): check LONGTAKE_S3_ENDPOINT and LONGTAKE_S3_STYLE."
      )
    }
  }

  private static func apart(_ ahead: TimeInterval?) -> String {
    guard let ahead, abs(ahead) >= 60 else { return "too far from" }
    return "\(Int((abs(ahead) / 60).rounded())) minutes \(ahead > 0 ? "ahead of" : "behind")"
  }

  static let cancelled = ArtifactError(
    .system(ECANCELED), "The store was asked while the work was stopping.")

  /// What a transfer that brought no answer means.
  static func transfer(_ error: TransferError, _ store: S3Configuration) -> ArtifactError {
    switch error.kind {
    case .cancelled, .closed: return .cancelled
    case .file where error.message.contains("No space left"):
      return ArtifactError(
        .full, "There is no space left for a copy from the store: free some, or set LONGTAKE_CACHE_DIR.")
    case .file:
      return ArtifactError(.system(EIO), "A file could not go to or come from the store: \(error.message)")
    case .tooLarge:
      return ArtifactError(.refused, "The store sent more than was asked for: check LONGTAKE_S3_ENDPOINT.")
    case .invalidRequest:
      return ArtifactError(
        .refused, "The store cannot be asked: \(error.message) Check LONGTAKE_S3_ENDPOINT.")
    case .timedOut, .transport:
      return ArtifactError(
        error.isTransient ? .unreachable : .refused,
        "The store at \(store.endpoint.scheme)://\(store.endpoint.authority) cannot be reached: \(error.message) (check LONGTAKE_S3_ENDPOINT and the network)."
      )
    }
  }
}
