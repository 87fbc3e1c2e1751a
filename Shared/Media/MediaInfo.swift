/// What a media file holds, as its header and the beginning of its streams say.
public struct MediaInfo: Codable, Sendable, Equatable {
  /// A picture stream.
  public struct Video: Codable, Sendable, Equatable {
    /// The codec by libav's name, as "h264".
    public let codec: String
    /// The profile by libav's name, as "High".
    public let profile: String?
    /// The stored width, before `rotation`.
    public let width: Int
    /// The stored height, before `rotation`.
    public let height: Int
    /// The mean frame rate.
    public let fps: Rational
    /// The number of frames in the file's index; nil where there is none.
    public let frameCount: Int?
    /// The pixel format by libav's name, as "yuv420p".
    public let pixelFormat: String?
    /// "tv", "pc", or nil when it is not said.
    public let colorRange: String?
    /// The matrix, as "bt709".
    public let colorSpace: String?
    public let colorPrimaries: String?
    public let colorTransfer: String?
    /// The turn clockwise before showing, in degrees.
    public let rotation: Int
    /// The shape of a pixel.
    public let sampleAspectRatio: Rational
    /// When the first frame is shown.
    public let startSeconds: Double
    public let durationSeconds: Double
    public let timeBase: Rational
  }

  /// A sound stream.
  public struct Audio: Codable, Sendable, Equatable {
    /// The codec by libav's name, as "aac".
    public let codec: String
    public let sampleRate: Int
    public let channels: Int
    /// When the first sample is heard.
    public let startSeconds: Double
    public let durationSeconds: Double
    /// Bits a second, 0 when it is not known.
    public let bitRate: Int
  }

  /// The container by libav's name, as "mov,mp4,m4a,3gp,3g2,mj2".
  public let format: String
  public let durationSeconds: Double
  public let videos: [Video]
  public let audios: [Audio]
  /// Whether the index comes before the media, so that playing can begin while loading.
  public let faststart: Bool
}
