public import Contracts
public import Media

/// What a chunk was filmed from, for logs and for who wonders about a join.
public struct RenderReport: Sendable, Equatable {
  /// Where the frames were taken from.
  public enum Source: String, Sendable {
    /// The reference picture: the take goes on as sharp as it began.
    case reference
    /// The given start image: it shows something else than our film at that moment.
    case startImage
  }

  public let frameCount: Int
  public let source: Source
  /// How much the start image resembled our own frame, in dB; nil when there was nothing to compare.
  public let likeness: Double?
}

/// Films one chunk of an animatic: the frames of the camera's path after the chunk's start image.
///
/// Frame 0 of the path is the film's start image and is never emitted, so chunk after chunk continues it by
/// exactly one frame each. A renderer blocks the thread it works on.
public struct AnimaticRenderer: Sendable {
  /// Without the preset's macroblock tree, which in slow motion lets texture come back with every key frame.
  public static let settings = ClipSettings(preset: "superfast", crf: 19)

  private let spec: Spec
  private let reference: Picture?
  private let startImage: Picture?
  private let chunk: ChunkPlan

  /// Nothing is drawn before `render`; without a reference the storyboard stands for it.
  public init(spec: Spec, reference: Picture?, startImage: Picture?, chunk: ChunkPlan) {
    self.spec = spec
    self.reference = reference
    self.startImage = startImage
    self.chunk = chunk
  }

  /// Writes the chunk to `path` as a clip of exactly its frame count.
  ///
  /// `progress` gets the number of frames done after each; `cancel` is looked at before each.
  public func render(
    to path: String, settings: ClipSettings = Self.settings, cancel: CancellationFlag = CancellationFlag(),
    progress: (Int) -> Void = { _ in }
  ) throws(MediaError) -> RenderReport {
    let shot = try Shot(spec: spec, reference: reference, startImage: startImage, chunk: chunk)
    let writer = try ClipWriter(
      path: path, width: spec.width, height: spec.height, fps: spec.fps, settings: settings, cancel: cancel)
    var frame = Frame420(width: spec.width, height: spec.height)
    for index in 1...max(chunk.frameCount, 1) {
      try cancel.check()
      shot.draw(index, into: &frame)
      try writer.append(frame)
      progress(index)
    }
    try writer.finish()
    return RenderReport(
      frameCount: max(chunk.frameCount, 1), source: shot.source, likeness: shot.likeness?.decibels)
  }
}

/// A picture and the way of the camera over it, for one chunk.
struct Shot {
  let source: RenderReport.Source
  let likeness: Likeness?
  private let spec: Spec
  private let chunk: ChunkPlan
  private let path: CameraPath
  private let approach: Approach?
  private let warp: Warp

  init(spec: Spec, reference: Picture?, startImage: Picture?, chunk: ChunkPlan) throws(MediaError) {
    self.spec = spec
    self.chunk = chunk
    path = CameraPath(spec)
    let size = Storyboard.referenceSize(forOutput: spec.width, spec.height)
    let isFirst = chunk.startFrame == 0
    let adopted = isFirst && reference == nil && startImage.map { $0.isLarger(than: spec) } == true
    let master = adopted ? startImage : reference
    let picture = master ?? Storyboard.draw(spec, width: size.width, height: size.height)
    let whole = try Warp(picture, width: size.width, height: size.height, isReference: true)
    guard let startImage, !adopted, startImage != reference else {
      (source, likeness, approach, warp) = (.reference, nil, nil, whole)
      return
    }
    likeness = try Self.compare(
      startImage, whole, path.pose(at: Double(chunk.startFrame) / Double(spec.fps)), spec)
    if likeness?.isSame == true {
      (source, approach, warp) = (.reference, nil, whole)
      return
    }
    source = .startImage
    approach = Approach(path, from: Double(chunk.startFrame) / Double(spec.fps))
    warp = try Warp(startImage, width: size.width, height: size.height, isReference: false)
  }

  /// Draws the frame that comes `index` frames after the start image.
  func draw(_ index: Int, into frame: inout Frame420) {
    let time = Double(chunk.startFrame + index) / Double(spec.fps)
    warp.draw(approach?.pose(at: time) ?? path.pose(at: time), into: &frame)
  }

  /// Nil when the image has not the film's size, which our own frames always have.
  private static func compare(
    _ image: Picture, _ warp: Warp, _ pose: CameraPose, _ spec: Spec
  ) throws(MediaError) -> Likeness? {
    guard image.width == spec.width, image.height == spec.height else { return nil }
    let given = try Frame420(image)
    var own = Frame420(width: spec.width, height: spec.height)
    warp.draw(pose, into: &own)
    return Likeness(
      Plane(width: spec.width, height: spec.height, samples: given.y),
      Plane(width: spec.width, height: spec.height, samples: own.y))
  }
}

extension Picture {
  fileprivate func isLarger(than spec: Spec) -> Bool { width * height * 4 > spec.width * spec.height * 5 }
}

extension Warp {
  /// Brings a picture to the size that is filmed; a reference is softened a little against flicker.
  fileprivate init(_ picture: Picture, width: Int, height: Int, isReference: Bool) throws(MediaError) {
    let frame = try Frame420(picture)
    let half = (width: width / 2, height: height / 2)
    let chroma = (width: (frame.width + 1) / 2, height: (frame.height + 1) / 2)
    let luma = Plane(width: frame.width, height: frame.height, samples: frame.y)
      .covering(width: width, height: height)
    let blue = Plane(width: chroma.width, height: chroma.height, samples: frame.u)
      .covering(width: half.width, height: half.height, offset: 0.25)
    let red = Plane(width: chroma.width, height: chroma.height, samples: frame.v)
      .covering(width: half.width, height: half.height, offset: 0.25)
    self.init(luma: isReference ? luma.softened() : luma, blue: blue, red: red)
  }
}
