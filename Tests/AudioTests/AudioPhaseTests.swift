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
    }
  }
}

extension TaskFault {
  static let none = TaskFault(code: "none", detail: "There is no result.", kind: .bug)
}
