import CFFmpeg
import Glibc

/// Why media could not be read, made or written, as a sentence that its reader can act on.
public struct MediaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kinds of failure that callers tell apart.
  public enum Code: String, Sendable {
    /// The caller asked the work to stop.
    case cancelled
    /// There is no file of that name.
    case missing
    /// The file is there and may not be read, or is a directory.
    case unreadable
    /// The file is not media of a kind known here.
    case notMedia
    /// The file is media and ends early or has damage in it.
    case corrupt
    /// The file is sound and holds what is not supported here.
    case unsupported
    /// The file is larger than what is worked on here.
    case tooLarge
    /// The disk is full; the same work succeeds when there is room again.
    case diskFull
    /// The output could not be written for another reason.
    case writeFailed
    /// The caller asked for what cannot be done, such as an odd picture width.
    case invalidArgument
    /// The inputs cannot give what was asked of them, such as a length.
    case mismatch
    /// The inputs are shorter than what was asked of them; `missingFrames` says by how much.
    case tooShort
    /// The system gave no memory.
    case outOfMemory
    /// Any other failure of the libraries.
    case library
  }

  /// The kind of failure.
  public let code: Code
  /// The libav code behind it, 0 when it was found here.
  public let averror: Int32
  /// One sentence that says what failed and with which file.
  public let message: String
  /// How many frames more are needed, for `tooShort`.
  public let missingFrames: Int?

  init(_ code: Code, _ message: String, averror: Int32 = 0, missingFrames: Int? = nil) {
    self.code = code
    self.missingFrames = missingFrames
    self.averror = averror
    self.message = message
  }

  /// Maps a libav or errno code (negative) that came back while `doing` was under way.
  init(averror: Int32, _ doing: String) {
    self.init(Self.code(of: averror), "\(doing): \(Self.text(of: averror)).", averror: averror)
  }

  /// Whether the same work may succeed later without a change to its inputs.
  public var isTransient: Bool {
    switch code {
    case .diskFull, .outOfMemory: true
    case .library, .writeFailed, .unreadable:
      [-EIO, -EMFILE, -ENFILE, -EAGAIN, -EINTR].contains(averror)
    default: false
    }
  }

  public var description: String { message }

  private static func code(of averror: Int32) -> Code {
    switch averror {
    case cffmpeg_error_exit: .cancelled
    case -ENOENT, -ENOTDIR: .missing
    case -EACCES, -EPERM, -EISDIR, -EIO, -ENAMETOOLONG: .unreadable
    case -ENOSPC, -EDQUOT: .diskFull
    case -EROFS, -EFBIG, -EEXIST: .writeFailed
    case -ENOMEM: .outOfMemory
    case cffmpeg_error_invalid_data, cffmpeg_error_demuxer_not_found: .notMedia
    case cffmpeg_error_eof: .corrupt
    case cffmpeg_error_decoder_not_found, cffmpeg_error_encoder_not_found, cffmpeg_error_patch_welcome,
      -ENOSYS, cffmpeg_error_protocol_not_found:
      .unsupported
    default: .library
    }
  }

  private static func text(of averror: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
      guard let start = buffer.baseAddress, av_strerror(averror, start, buffer.count) == 0 else {
        return "error \(averror)"
      }
      return String(cString: start)
    }
  }

  static let cancelled = MediaError(
    .cancelled, "The work was stopped before it was done.", averror: cffmpeg_error_exit)
  static let outOfMemory = MediaError(.outOfMemory, "There is not enough memory.", averror: -ENOMEM)
}

/// Turns a negative code into a `MediaError` and hands any other back.
@discardableResult
func check(_ code: Int32, _ doing: @autoclosure () -> String) throws(MediaError) -> Int32 {
  guard code < 0 else { return code }
  throw MediaError(averror: code, doing())
}
