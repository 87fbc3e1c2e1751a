import Contracts
import FoundationEssentials
import Testing

/// A message beside the JSON that it must stay readable as, for ever.
///
/// The files under `Golden/` are only ever added to: a neighbour of an older version still sends them.
struct Golden: Sendable, CustomTestStringConvertible {
  let name: String
  /// Reads the file's JSON as the message and writes it again.
  let rewrite: @Sendable (Data) throws -> Data
  let encode: @Sendable () throws -> Data

  init<Message: Codable & Equatable & Sendable>(_ name: String, _ value: Message) {
    self.name = name
    self.encode = { try JSON.encode(value) }
    self.rewrite = { data in
      let read = try JSON.decode(Message.self, from: data)
      #expect(read == value)
      return try JSON.encode(read)
    }
  }

  var testDescription: String { name }

  func file() throws -> Data {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
    return try Data(contentsOf: folder.appending(path: "\(name).json"))
  }

  static let all: [Golden] = [
    Golden("task_command_plan", Samples.command(.plan(PlanInput(request: Samples.request)))),
    Golden(
      "task_command_reference",
      Samples.command(.reference(ReferenceInput(videoId: Samples.video, spec: Samples.spec)))),
    Golden(
      "task_command_chunk",
      Samples.command(
        .chunk(
          ChunkInput(
            videoId: Samples.video, spec: Samples.spec, chunk: Samples.chunk, startsFrom: .chunk,
            startImage: Samples.image, reference: Samples.image)))),
    Golden(
      "task_command_stitch",
      Samples.command(
        .stitch(
          StitchInput(
            videoId: Samples.video, clips: [Samples.clip], frameCount: 900, fps: 30, width: 1280,
            height: 720)))),
    Golden(
      "task_command_music",
      Samples.command(
        .music(
          MusicInput(videoId: Samples.video, audio: Samples.spec.audio, durationSeconds: 30, seed: 7)))),
    Golden(
      "task_command_mix",
      Samples.command(
        .mix(
          MixInput(
            videoId: Samples.video, video: Samples.clip, music: Samples.clip, volume: 0.7, frameCount: 900,
            fps: 30)))),
    Golden("task_report", Samples.report),
    Golden("task_signal", TaskSignal(requestedStatus: .cancel)),
    Golden("fact", Fact(report: Samples.report, traceparent: Samples.traceparent)),
    Golden("fact_page", FactPage(facts: [Fact(report: Samples.report)], next: "771:12")),
    Golden("create_video", CreateVideo(request: Samples.request, traceparent: Samples.traceparent)),
    Golden("act_on_video", ActOnVideo(action: .cancel, expectedVersion: 4)),
    Golden(
      "change_video", ChangeVideo(title: "t", budgetUSD: MicroDollars(2_000_000), expectedVersion: 4)),
    Golden(
      "feed_page",
      FeedPage(
        entries: [
          FeedEntry(
            seq: 12, type: "video", id: Samples.video.description, status: "generating_chunks", progress: 53,
            message: "Generating chunk 3 of 6", version: 14, at: Samples.instant)
        ], lastSeq: 12, firstSeq: 1)),
    Golden(
      "result_plan", TaskResult.plan(PlanResult(spec: Samples.spec))),
    Golden("result_reference", TaskResult.reference(ReferenceResult(image: Samples.image, take: 2))),
    Golden(
      "result_stitch",
      TaskResult.stitch(
        StitchResult(video: Samples.clip, take: 1, frameCount: 900, method: .copy, notes: ["n"]))),
    Golden(
      "result_chunk_poster",
      TaskResult.chunk(
        ChunkResult(
          clip: Samples.clip, lastFrame: Samples.image, take: 1, frameCount: 150, fps: 30, startsFrom: .chunk,
          model: "animatic", poster: Samples.image))),
    Golden(
      "result_stitch_measured",
      TaskResult.stitch(
        StitchResult(
          video: Samples.clip, take: 1, frameCount: 900, method: .copy, notes: ["n"], seams: [Samples.seam],
          poster: Samples.image, filmstrip: Samples.image, filmstripVtt: Samples.image,
          findings: [Samples.finding]))),
    Golden(
      "result_mix_certified",
      TaskResult.mix(
        MixResult(
          film: Samples.clip, take: 1, frameCount: 900, hasAudio: true, certificate: Samples.image,
          delivery: Samples.certificate, waveform: Samples.image, findings: [Samples.finding]))),
    Golden(
      "task_command_mix_checked",
      Samples.command(
        .mix(
          MixInput(
            videoId: Samples.video, video: Samples.clip, music: Samples.clip, volume: 0.7, frameCount: 900,
            fps: 30, width: 1280, height: 720, seams: [Samples.seam], still: [FrameSpan(start: 0, end: 150)]))
      )),
    Golden("delivery_certificate", Samples.certificate),
    Golden(
      "result_music", TaskResult.music(MusicResult(track: Samples.clip, take: 1, durationSeconds: 30))),
    Golden(
      "result_mix", TaskResult.mix(MixResult(film: Samples.clip, take: 1, frameCount: 900, hasAudio: true))),
  ]
}

@Suite struct GoldenMessages {
  @Test(arguments: Golden.all)
  func everyMessageIsReadAndWrittenAsItsGoldenFile(golden: Golden) throws {
    let expected = try golden.file()
    #expect(String(decoding: try golden.rewrite(expected), as: UTF8.self) == text(expected))
    #expect(String(decoding: try golden.encode(), as: UTF8.self) == text(expected))
  }

  @Test(arguments: Golden.all)
  func membersThatANewerNeighbourAddsAreIgnored(golden: Golden) throws {
    let written = text(try golden.file())
    // The messages that are one member named after a phase are versioned by what is inside it.
    guard !golden.name.hasPrefix("result_") else { return }
    let newer = #"{"addedLater":{"deep":[1,null]},"# + written.dropFirst()
    #expect(String(decoding: try golden.rewrite(Data(newer.utf8)), as: UTF8.self) == written)
  }

  private func text(_ data: Data) -> String {
    String(decoding: data, as: UTF8.self).trimmingCharacters(in: ["\n"])
  }
}

extension String {
  fileprivate func trimmingCharacters(in characters: Set<Character>) -> String {
    var text = self
    while let last = text.last, characters.contains(last) { text.removeLast() }
    return text
  }
}
