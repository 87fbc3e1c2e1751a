import Outside
import Testing

extension ContainerTests {
  /// The main job, from outside.
  struct FilmTests {
    @Test func aWholeFilmIsMadeThroughTheGateway() async throws {
      let containers = try Containers()
      let door = try await containers.door()
      let begun = try await door.create(
        #"{"prompt": "A red vintage car crosses the desert at dusk", "durationSeconds": 7}"#)
      let film = try await door.film(begun.id) { $0.isOver }
      #expect(film.status == "completed", "\(film.message)")
      let media = try await Probe.run(door.download(film.urls.final))
      #expect(media.video.frames == 210 && media.audioCodec == "aac" && media.isFastStart)
    }
  }
}
