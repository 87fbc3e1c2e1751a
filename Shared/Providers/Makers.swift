public import Contracts

/// Writes the plan of a video.
public protocol PlanWriter: Sendable {
  func plan(_ request: VideoRequest) async throws -> Spec
}

/// Makes the reference image of a video.
public protocol ImageMaker: Sendable {
  /// Writes a PNG for `spec` to `path`, at least as large as the film.
  func makeImage(for spec: Spec, at path: String) async throws
}

/// Makes the clips of a video.
public protocol VideoMaker: Sendable {
  /// Writes the clip of `chunk` to `path`.
  ///
  /// - Parameters:
  ///   - startImage: A readable file of the image that the clip starts on; nil for words alone.
  ///   - reference: A readable file of the image that the whole film was drawn from, where there is one.
  func makeClip(_ chunk: ChunkInput, startImage: String?, reference: String?, at path: String) async throws
}

/// Makes the music of a video.
public protocol MusicMaker: Sendable {
  /// Writes an MP3 that decodes to exactly the length asked for to `path`.
  func makeMusic(_ music: MusicInput, at path: String) async throws
}
