public import Contracts
public import Media
public import Queue

extension MediaError: TaskFaultConvertible {
  /// What failed media work means for its task; the log has the file and libav's own words.
  public var taskFault: TaskFault {
    switch code {
    case .diskFull:
      TaskFault(
        code: "no_room", detail: "The disk is full: free space in LONGTAKE_TEMP_DIR and the store.",
        kind: .transient)
    case _ where isTransient:
      TaskFault(code: "media_interrupted", detail: "Media work was interrupted.", kind: .transient)
    case .tooShort:
      TaskFault(
        code: "clips_too_short",
        detail: "The clips are \(missingFrames ?? 0) frames shorter than the film is to be.", kind: .config)
    case .missing, .unreadable, .notMedia, .corrupt, .unsupported, .tooLarge, .mismatch:
      TaskFault(
        code: "media_unreadable", detail: "A file that the work needs cannot be used.", kind: .config)
    default:
      TaskFault(code: "media_failed", detail: "Media work failed.", kind: .config)
    }
  }
}
