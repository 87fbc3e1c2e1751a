import Animatic
import Contracts
import Media
import Providers

/// The local provider of images: a drawn storyboard frame with room for the camera to move in.
struct StoryboardImageMaker: ImageMaker {
  let media: MediaPool

  func makeImage(for spec: Spec, at path: String) async throws {
    try await media.run { _ in
      let size = Storyboard.referenceSize(forOutput: spec.width, spec.height)
      try PNG.write(Storyboard.draw(spec, width: size.width, height: size.height), to: path)
    }
  }
}
