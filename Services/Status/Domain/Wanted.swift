import Contracts

extension RunSnapshot {
  /// The steps that are missing and have all they need, in the order of the film.
  var wanted: [Dispatch] {
    guard let spec else {
      return slot(.plan).isMissing ? [dispatch(.plan, .plan(PlanInput(request: request)))] : []
    }
    guard approved else { return [] }
    var wanted: [Dispatch] = []
    if referenceNeeded, slot(.reference).isMissing {
      wanted.append(
        dispatch(.reference, .reference(ReferenceInput(videoId: videoId, spec: spec))))
    }
    if request.music.enabled, slot(.music).isMissing {
      let input = MusicInput(
        videoId: videoId, audio: spec.audio, durationSeconds: spec.durationSeconds, seed: spec.seed)
      wanted.append(dispatch(.music, .music(input)))
    }
    return wanted + wantedChunks(spec) + [wantedStitch(spec), wantedMix(spec)].compactMap(\.self)
  }

  private func dispatch(_ key: StepKey, _ input: TaskInput) -> Dispatch {
    Dispatch(key: key, input: input, grant: prices[key])
  }

  private func wantedChunks(_ spec: Spec) -> [Dispatch] {
    guard referenceResolved else { return [] }
    return spec.chunks.filter { slot(.chunk($0.index)).isMissing }.compactMap { chunk in
      guard let (startsFrom, image) = start(of: chunk.index) else { return nil }
      let input = ChunkInput(
        videoId: videoId, spec: spec, chunk: chunk, startsFrom: startsFrom, startImage: image,
        reference: referenceImage)
      return dispatch(.chunk(chunk.index), .chunk(input))
    }
  }

  /// What a chunk starts on; nil while that does not exist yet.
  func start(of index: Int) -> (StartsFrom, ArtifactReference?)? {
    if index == 0 || request.continuity == .independent {
      guard slot(.reference).isResolved || slot(.chunk(index)).isDone else { return nil }
      return referenceImage.map { (.reference, $0) } ?? (.nothing, nil)
    }
    guard case .done(let before) = slot(.chunk(index - 1)),
      case .chunk(let result) = before.report?.result
    else { return nil }
    return (.chunk, result.lastFrame)
  }

  private var referenceImage: ArtifactReference? {
    guard case .reference(let result) = result(.reference) else { return nil }
    return result.image
  }

  private func wantedStitch(_ spec: Spec) -> Dispatch? {
    guard allChunksDone, slot(.stitch).isMissing else { return nil }
    let clips = chunkKeys.compactMap { key -> ArtifactReference? in
      guard case .chunk(let result) = result(key) else { return nil }
      return result.clip
    }
    guard clips.count == spec.chunks.count else { return nil }
    let input = StitchInput(
      videoId: videoId, clips: clips, frameCount: spec.frameCount, fps: spec.fps, width: spec.width,
      height: spec.height)
    return dispatch(.stitch, .stitch(input))
  }

  private func wantedMix(_ spec: Spec) -> Dispatch? {
    guard slot(.mix).isMissing, slot(.stitch).isDone, musicResolved,
      case .stitch(let stitched) = result(.stitch)
    else { return nil }
    var track: ArtifactReference?
    if request.music.enabled, case .music(let music) = result(.music) { track = music.track }
    let input = MixInput(
      videoId: videoId, video: stitched.video, music: track, volume: request.music.volume,
      frameCount: spec.frameCount, fps: spec.fps, width: spec.width, height: spec.height,
      seams: continuedSeams, still: spec.stillSpans)
    return dispatch(.mix, .mix(input))
  }
}

extension Spec {
  /// The frames in which the camera is planned to stand still.
  fileprivate var stillSpans: [FrameSpan] {
    let frame = { (seconds: Double) in Int((seconds * Double(fps)).rounded()) }
    return beats.filter { $0.cameraMovement == .still }.map { beat in
      FrameSpan(start: frame(beat.startSeconds), end: frame(beat.startSeconds + beat.durationSeconds))
    }
  }
}
