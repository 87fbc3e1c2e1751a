/// Plays an arrangement, a block at a time, so that memory does not grow with the length.
struct Synthesizer: Sendable {
  private static let block = 1024
  private let style: Style
  private let grid: Grid
  private let arrangement: Arrangement
  private let kit: Kit
  private var voices: [Voice] = []
  private var hits: [Arrangement.Hit] = []
  private var nextNote = 0
  private var nextHit = 0
  private var pad: [SIMD2<Float>] = []
  private var keys: [SIMD2<Float>] = []
  private var bass: [SIMD2<Float>] = []
  private var drums: [SIMD2<Float>] = []
  private var room: Room
  private var echo: Echo

  init(style: Style, grid: Grid, arrangement: Arrangement) {
    self.style = style
    self.grid = grid
    self.arrangement = arrangement
    kit = Kit(bar: Int(grid.framesPerBar))
    room = Room(seconds: 1.2 + 3 * Double(style.reverb))
    echo = Echo(length: grid.length(steps: 3))
  }

  mutating func render() -> StereoTrack {
    var track = StereoTrack(left: [], right: [])
    track.left.reserveCapacity(grid.frames)
    track.right.reserveCapacity(grid.frames)
    for start in stride(from: 0, to: grid.frames, by: Self.block) {
      let count = min(Self.block, grid.frames - start)
      play(from: start, count: count)
      mix(from: start, count: count, into: &track)
    }
    return track
  }

  private mutating func play(from start: Int, count: Int) {
    let silence = [SIMD2<Float>](repeating: .zero, count: count)
    (pad, keys, bass, drums) = (silence, silence, silence, silence)
    startVoices(before: start + count)
    for index in voices.indices {
      let timbre = Timbre.all[voices[index].timbre.rawValue]
      switch voices[index].bus {
      case .pad: voices[index].render(timbre, into: &pad, from: start)
      case .keys: voices[index].render(timbre, into: &keys, from: start)
      case .bass: voices[index].render(timbre, into: &bass, from: start)
      }
    }
    voices.removeAll { $0.end <= start + count }
    for hit in hits { add(hit, from: start) }
    hits.removeAll { $0.start + kit.sample($0.drum).count <= start + count }
  }

  private mutating func startVoices(before end: Int) {
    while nextNote < arrangement.notes.count, arrangement.notes[nextNote].start < end {
      let note = arrangement.notes[nextNote]
      voices.append(Voice(note, envelope: Timbre.all[note.timbre.rawValue].envelope))
      nextNote += 1
    }
    while nextHit < arrangement.hits.count, arrangement.hits[nextHit].start < end {
      hits.append(arrangement.hits[nextHit])
      nextHit += 1
    }
  }

  private mutating func add(_ hit: Arrangement.Hit, from start: Int) {
    let sample = kit.sample(hit.drum)
    let gain = Voice.panned(hit.pan) * hit.gain
    let first = max(start, hit.start)
    let last = min(start + drums.count, hit.start + sample.count)
    guard first < last else { return }
    for frame in first..<last { drums[frame - start] += gain * sample[frame - hit.start] }
  }

  private mutating func mix(from start: Int, count: Int, into track: inout StereoTrack) {
    let beat = Float(grid.framesPerBeat)
    for index in 0..<count {
      let padded = pad[index] * (1 - style.pump * ducking(Float(start + index), beat: beat))
      let played = keys[index]
      let send = (padded + played * 0.8 + drums[index] * 0.1) * style.reverb
      let echoed = echo.process(played * style.delay)
      let sound = padded + played + bass[index] + drums[index] + echoed + room.process(send + echoed * 0.2)
      track.left.append(sound.x)
      track.right.append(sound.y)
    }
  }

  /// 1 just after a beat, falling to 0 before the next, without a step.
  private func ducking(_ frame: Float, beat: Float) -> Float {
    guard style.pump > 0 else { return 0 }
    let place = (frame / beat) - (frame / beat).rounded(.down)
    return place < 0.04 ? place / 0.04 : max(0, 1 - (place - 0.04) / 0.6)
  }
}
