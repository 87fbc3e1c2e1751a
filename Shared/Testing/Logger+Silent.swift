public import Logging

extension Logger {
  /// Says nothing.
  public static var silent: Logger { Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() } }
}
