import CFFmpeg
import Synchronization

/// Tells blocking media work on another thread to stop at its next frame or packet.
public final class CancellationFlag: Sendable {
  private let state = Atomic<Bool>(false)

  public init() {}

  /// Whether the work was asked to stop.
  public var isCancelled: Bool { state.load(ordering: .relaxed) }

  /// Asks the work to stop; asking twice is harmless.
  public func cancel() { state.store(true, ordering: .relaxed) }

  /// Throws `MediaError` with code `cancelled` once the work was asked to stop.
  public func check() throws(MediaError) {
    if isCancelled { throw .cancelled }
  }

  /// What libav polls while it reads or writes.
  ///
  /// The flag is passed unretained, so the container that uses this keeps the flag as long as itself.
  var interrupt: AVIOInterruptCB {
    AVIOInterruptCB(
      callback: { opaque in
        guard let opaque else { return 0 }
        return Unmanaged<CancellationFlag>.fromOpaque(opaque).takeUnretainedValue().isCancelled ? 1 : 0
      },
      opaque: Unmanaged.passUnretained(self).toOpaque())
  }
}
