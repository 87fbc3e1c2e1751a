/// Numbers that are the same on every machine and in every process, unlike Swift's `Hasher`.
enum StableSeed {
  /// The seed of a plan whose request names none: 31 bits, as every provider takes them.
  static func of(prompt: String, template: String) -> Int {
    var random = SplitMix(state: fnv1a(prompt + "\u{0}" + template))
    return Int(random.next() >> 33)
  }

  /// FNV-1a, 64 bits, over the UTF-8 of `text`.
  static func fnv1a(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
  }
}

/// Steele, Lea and Flood's SplitMix64.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// An index below `count`, which must be positive.
  mutating func index(below count: Int) -> Int { Int(next() % UInt64(count)) }
}
