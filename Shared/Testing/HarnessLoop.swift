public import EventLoop

/// The loop of the harness itself, which serves stubs, timers and the connections of administrators.
public enum HarnessLoop {
  public static let shared: EventLoop = {
    do {
      return try EventLoop(name: "harness")
    } catch {
      preconditionFailure("the harness has no event loop: \(error)")
    }
  }()
}
