import Artifacts
import Contracts
import FoundationEssentials
import Media
import Providers
import Queue
import Rig
import Testing

@testable import Audio

/// Makes a tone of as many seconds as asked for, or of another length.
struct ToneMaker: MusicMaker {
  var seconds: Double?
  var tally = Tally()

  func makeMusic(_ music: MusicInput, at path: String) async throws {
    tally.add()
    try writeTone(path, seconds: seconds ?? music.durationSeconds)
  }
}

func writeTone(_ path: String, seconds: Double) throws {
  let wave = (0..<Int(seconds * 48_000)).map { Float($0 % 100 < 50 ? 0.2 : -0.2) }
  try AudioWriter.writeMP3(left: wave, right: wave, to: path)
}

func writeFilm(_ path: String, frames: Int) throws {
  let writer = try ClipWriter(path: path, width: 160, height: 90, fps: 30)
  for _ in 0..<frames { try writer.append(Frame420(width: 160, height: 90)) }
  try writer.finish()
}

@Suite(.timeLimit(.minutes(2)))
struct AudioPhaseTests {
  private func music(_ video: VideoID, seconds: Double = 1.5) -> TaskInput {
    let audio = AudioSpec(musicStyle: "ambient", tempo: "slow", mood: "calm", bpm: 80)
    return .music(MusicInput(videoId: video, audio: audio, durationSeconds: seconds, seed: 3))
  }

  @Test func musicIsStoredWithItsExactLength() async throws {
    try await withRig("tracks", AudioMigrations.all) { rig in
      let video = VideoID.random()
      let executor = ComposeMusic(
        maker: ScoreMusicMaker(media: rig.media), shelf: rig.shelf, media: rig.media)
      let report = try await rig.run(executor, command(.music, music(video), video: video))
      guard case .music(let result) = report.result else { throw report.fault ?? TaskFault.none }
      #expect(result.track.key == "ada/videos/\(video)/background.mp3")
      let track: String = try await rig.shelf.file(of: result.track)
      #expect(try AudioReader.readFloat(track).left.count == 72_000)
    }
  }

  @Test func musicOfAnotherLengthFailsTheTask() async throws {
    try await withRig("tracks", AudioMigrations.all) { rig in
      let video = VideoID.random()
      let executor = ComposeMusic(maker: ToneMaker(seconds: 1), shelf: rig.shelf, media: rig.media)
      let report = try await rig.run(executor, command(.music, music(video), video: video))
      #expect(report.fault?.code == "music_mismatch")
      #expect(try await rig.artifacts.list("ada").isEmpty)
    }
  }

  @Test func attemptAfterACrashAdoptsTheMusic() async throws {
    try await withRig("tracks", AudioMigrations.all) { rig in
      let video = VideoID.random()
      let maker = ToneMaker()
      let executor = ComposeMusic(maker: maker, shelf: rig.shelf, media: rig.media)
      let report = try await rig.run(Dying(1, executor), command(.music, music(video), video: video))
      #expect(report.state == .succeeded)
      #expect(maker.tally.count == 1)
    }
  }

  @Test(arguments: [true, false]) func filmIsMixedWithItsMusicOrStaysSilent(_ hasMusic: Bool) async throws {
    try await withRig("tracks", AudioMigrations.all) { rig in
      let video = VideoID.random()
      let keys = StorageKeys.video(user: "ada", video: video)
      let film = try await rig.store(keys.stitched()) { try writeFilm($0, frames: 30) }
      let music = try await rig.store(keys.music()) { try writeTone($0, seconds: 1) }
      let input = MixInput(
        videoId: video, video: film, music: hasMusic ? music : nil, volume: 0.7, frameCount: 30, fps: 30)
      let report = try await rig.run(
        MixFilm(shelf: rig.shelf, media: rig.media), command(.mix, .mix(input), video: video))
      guard case .mix(let result) = report.result else { throw report.fault ?? TaskFault.none }
      #expect(result.hasAudio == hasMusic)
      let info = try Probe.probe(try await rig.shelf.file(of: result.film) as String)
      #expect(info.audios.count == (hasMusic ? 1 : 0))
      #expect(info.videos.first?.frameCount == 30)
      #expect(info.faststart)
      #expect((result.waveform != nil) == hasMusic)
    }
  }

  private func mix(_ rig: Rig, frames: Int, planned: Int? = nil, width: Int = 160) async throws -> TaskReport
  {
    let video = VideoID.random()
    let keys = StorageKeys.video(user: "ada", video: video)
    let film = try await rig.store(keys.stitched()) { try writeFilm($0, frames: frames) }
    let music = try await rig.store(keys.music()) { try writeTone($0, seconds: Double(frames) / 30) }
    let input = MixInput(
      videoId: video, video: film, music: music, volume: 0.7, frameCount: planned ?? frames, fps: 30,
      width: width, height: 90)
    return try await rig.run(
      MixFilm(shelf: rig.shelf, media: rig.media), command(.mix, .mix(input), video: video))
  }

  @Test func filmIsCertifiedBesideItself() async throws {
    try await withRig("tracks", AudioMigrations.all) { rig in
      let report = try await mix(rig, frames: 75)
      guard case .mix(let result) = report.result else { throw report.fault ?? TaskFault.none }
      let path: String = try await rig.shelf.file(of: try #require(result.certificate))
      let certificate = try JSON.decode(
        DeliveryCertificate.self, from: try Data(contentsOf: URL(filePath: path)))
      #expect(certificate == result.delivery)
      #expect(certificate.sha256 == result.film.sha256 && certificate.bytes == result.film.bytes)
      #expect(certificate.file == "final_draft.mp4")
      #expect(certificate.checks.allSatisfy { $0.verdict != .fail })
      // The film of the test is black and stands still.
      #expect(certificate.verdict == .passedWithFindings)
      #expect(result.findings?.map(\.code) == ["film_black", "film_frozen"])
    }
  }

  @Test func filmOfAnotherStructureIsNeverStored() async throws {
    try await withRig("tracks", AudioMigrations.all) { rig in
      let report = try await mix(rig, frames: 30, width: 320)
      #expect(report.state == .failed && report.fault?.code == "film_mismatch")
      #expect(report.fault?.detail.contains("size is 160x90 instead of 320x90.") == true)
      let stored = try await rig.artifacts.list("ada")
      #expect(!stored.contains { $0.contains("final_draft") || $0.contains("delivery") })
    }
  }

  @Test func attemptAfterACrashAdoptsTheFilmAndItsCertificate() async throws {
    try await withRig("tracks", AudioMigrations.all) { rig in
      let video = VideoID.random()
      let keys = StorageKeys.video(user: "ada", video: video)
      let film = try await rig.store(keys.stitched()) { try writeFilm($0, frames: 30) }
      let input = MixInput(
        videoId: video, video: film, music: nil, volume: 0.7, frameCount: 30, fps: 30)
      let report = try await rig.run(
        Dying(1, MixFilm(shelf: rig.shelf, media: rig.media)), command(.mix, .mix(input), video: video))
      guard case .mix(let result) = report.result else { throw report.fault ?? TaskFault.none }
      #expect(result.take == 1 && result.delivery?.sha256 == result.film.sha256)
    }
  }
}

extension TaskFault {
  static let none = TaskFault(code: "none", detail: "There is no result.", kind: .bug)
}
