import FoundationEssentials

/// What ffprobe says of a file.
package struct Probe: Sendable {
  package struct Video: Sendable, Equatable {
    package let frames: Int
    package let rate: String
    package let start: Double
    package let codec: String
    package let pixels: String
    package let matrix: String

    package init(frames: Int, rate: String, start: Double, codec: String, pixels: String, matrix: String) {
      self.frames = frames
      self.rate = rate
      self.start = start
      self.codec = codec
      self.pixels = pixels
      self.matrix = matrix
    }
  }

  package let video: Video
  package let audioCodec: String?
  package let audioStart: Double?
  package let seconds: Double
  package let isFastStart: Bool

  private struct Report: Decodable {
    struct Stream: Decodable {
      let codec_type: String
      let codec_name: String
      let avg_frame_rate: String
      let start_time: String
      let nb_read_frames: String?
      let pix_fmt: String?
      let color_space: String?
    }
    struct Format: Decodable { let duration: String }
    let streams: [Stream]
    let format: Format
  }

  package static func run(_ path: String) async throws -> Probe {
    let text = try await Command.run(
      "/usr/bin/ffprobe",
      ["-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", path])
    let report = try JSONDecoder().decode(Report.self, from: Data(text.utf8))
    guard let video = report.streams.first(where: { $0.codec_type == "video" }) else {
      throw Unexpected("there is no video in \(path)")
    }
    let audio = report.streams.first { $0.codec_type == "audio" }
    let bytes = try Data(contentsOf: URL(filePath: path))
    let (index, media) = (bytes.firstRange(of: Data("moov".utf8)), bytes.firstRange(of: Data("mdat".utf8)))
    return Probe(
      video: Video(
        frames: Int(video.nb_read_frames ?? "") ?? 0, rate: video.avg_frame_rate,
        start: Double(video.start_time) ?? -1, codec: video.codec_name, pixels: video.pix_fmt ?? "",
        matrix: video.color_space ?? ""),
      audioCodec: audio?.codec_name, audioStart: audio.flatMap { Double($0.start_time) },
      seconds: Double(report.format.duration) ?? 0,
      isFastStart: (index?.lowerBound ?? .max) < (media?.lowerBound ?? 0))
  }
}
