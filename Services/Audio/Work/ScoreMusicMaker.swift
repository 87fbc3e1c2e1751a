import Contracts
import Media
import Providers
import Score

/// The local provider of music: synthesised from style, tempo and mood.
struct ScoreMusicMaker: MusicMaker {
  let media: MediaPool

  func makeMusic(_ music: MusicInput, at path: String) async throws {
    try await media.run { cancel in
      let sound = Score.compose(audio: music.audio, seconds: music.durationSeconds, seed: music.seed)
      try cancel.check()
      try AudioWriter.writeMP3(left: sound.left, right: sound.right, to: path, cancel: cancel)
    }
  }
}
