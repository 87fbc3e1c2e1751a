/// An error that tells whether waiting may help.
public protocol Obstacle: Error {
  /// Whether a person must act before the same call can succeed.
  var needsPerson: Bool { get }
}
