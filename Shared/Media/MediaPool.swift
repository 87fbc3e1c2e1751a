import NIOPosix

/// The few threads on which blocking media work runs, away from Swift's cooperative threads.
///
/// libav encodes and decodes for seconds at a time, and every job may use two threads of its own.
public final class MediaPool: Sendable {
  private let threads: NIOThreadPool

  /// Starts `size` threads; they run until `shutdown()`.
  public init(size: Int = 2) {
    threads = NIOThreadPool(numberOfThreads: size)
    threads.start()
  }

  /// Runs `work` on a thread of the pool and returns what it returned.
  ///
  /// Cancelling the calling task sets the flag that `work` gets; a job that stopped for it, or that had not
  /// begun, throws `CancellationError`.
  public func run<R: Sendable>(_ work: @escaping @Sendable (CancellationFlag) throws -> R) async throws -> R {
    let flag = CancellationFlag()
    return try await withTaskCancellationHandler {
      do {
        return try await threads.runIfActive { try work(flag) }
      } catch let error as MediaError where error.code == .cancelled && Task.isCancelled {
        throw CancellationError()
      }
    } onCancel: {
      flag.cancel()
    }
  }

  /// Lets running work end and joins the threads.
  public func shutdown() async throws {
    try await threads.shutdownGracefully()
  }
}
