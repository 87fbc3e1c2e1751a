import CFFmpeg

/// What holds for every use of libav here.
enum Library {
  /// The widest and highest picture worked on.
  static let maximumSide = 8192
  /// The largest number of streams of a file.
  static let maximumStreams = 16
  /// The longest media worked on, in seconds.
  static let maximumSeconds = 7200.0
  /// The most frames of a clip and of a result: 300 s at 240 a second.
  static let maximumFrames = 72_000
  /// The greatest side of pictures that are encoded again.
  static let maximumEncodedSide = 4096
  /// The most pixels decoded and encoded for one result: 300 s of 1920×1080 at 60 a second, and a little more.
  static let maximumPixels = 50_000_000_000
  /// The longest part of a result that is encoded again, in seconds.
  static let maximumEncodedSeconds = 600.0
  /// The longest that one file is read, decoding and encoding between its packets included.
  static let maximumReading = Duration.seconds(3600)

  /// Silences libav's own log, once; its errors reach callers as `MediaError`.
  static let isQuiet: Bool = {
    av_log_set_level(AV_LOG_QUIET)
    return true
  }()

  /// The name that makes libav open `path` as a local file, whatever it looks like.
  static func url(_ path: String) throws(MediaError) -> String {
    _ = isQuiet
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw MediaError(.invalidArgument, "“\(path)” is not the name of a file.")
    }
    return "file:" + path
  }

  /// Refuses sizes that are empty or larger than what is worked on.
  static func checkSize(width: Int, height: Int, of path: String) throws(MediaError) {
    guard width > 0, height > 0 else {
      throw MediaError(.corrupt, "\(path) has no picture size.")
    }
    guard width <= maximumSide, height <= maximumSide else {
      throw MediaError(
        .tooLarge, "\(path) is \(width)×\(height); at most \(maximumSide)×\(maximumSide) is worked on.")
    }
  }

  /// Refuses more frames than are worked on, or more pixels in them than are decoded.
  static func checkWork(
    frames: Int, width: Int = 1, height: Int = 1, of path: String
  ) throws(MediaError) {
    guard frames <= maximumFrames else {
      throw MediaError(.tooLarge, "\(path) has \(frames) frames; at most \(maximumFrames) are worked on.")
    }
    guard frames * width * height <= maximumPixels else {
      throw MediaError(
        .tooLarge, "\(path) has \(frames) frames of \(width)×\(height), more than are decoded in one go.")
    }
  }
}

/// An owned `AVDictionary` of options.
struct Options: ~Copyable {
  var raw: OpaquePointer?

  init(_ options: [(String, String)]) throws(MediaError) {
    for (name, value) in options {
      try check(av_dict_set(&raw, name, value, 0), "Could not set the option \(name)")
    }
  }

  deinit {
    var owned = raw
    av_dict_free(&owned)
  }

  /// Refuses options that nobody took, which libav would ignore in silence.
  borrowing func checkTaken() throws(MediaError) {
    guard let entry = av_dict_get(raw, "", nil, AV_DICT_IGNORE_SUFFIX), let name = entry.pointee.key else {
      return
    }
    throw MediaError(.library, "The option \(String(cString: name)) is not known to this libav.")
  }
}

/// The libraries that do the work.
public enum MediaLibraries {
  /// The versions of libavformat and libavcodec that run, as `59.27.100`.
  public static var versions: [String: String] {
    let text = { (version: UInt32) in "\(version >> 16).\(version >> 8 & 0xFF).\(version & 0xFF)" }
    return ["libavformat": text(avformat_version()), "libavcodec": text(avcodec_version())]
  }
}
