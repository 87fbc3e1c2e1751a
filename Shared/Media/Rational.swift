/// A fraction as media files state rates and time bases.
public struct Rational: Codable, Sendable, Hashable {
  public let numerator: Int
  public let denominator: Int

  /// The fraction in lowest terms; a denominator of 0 stands for "not known".
  public init(_ numerator: Int, _ denominator: Int) {
    var a = abs(numerator)
    var b = abs(denominator)
    while b != 0 { (a, b) = (b, a % b) }
    self.numerator = a == 0 ? numerator : numerator / a
    self.denominator = a == 0 ? denominator : denominator / a
  }

  /// The fraction as a number, 0 when it is not known.
  public var value: Double { denominator == 0 ? 0 : Double(numerator) / Double(denominator) }
}
