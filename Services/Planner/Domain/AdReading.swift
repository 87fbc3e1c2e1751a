/// Whether a prompt asks for an advertisement, by whole words.
enum AdReading {
  private static let nouns: Set<String> = [
    "ad", "ads", "advert", "adverts", "advertisement", "advertisements", "advertising", "advertise",
    "commercial", "commercials", "promo", "promos", "promotional", "infomercial",
  ]
  /// What makes `commercial` an adjective.
  private static let trades: Set<String> = [
    "aircraft", "airline", "airliner", "airplane", "airport", "area", "building", "buildings", "center",
    "centre", "district", "fishing", "flight", "greenhouse", "harbor", "harbour", "jet", "kitchen", "pilot",
    "plane", "planes", "port", "property", "quarter", "ship", "space", "street", "truck", "vessel",
  ]
  private static let negations: Set<String> = ["no", "not", "never", "without", "isn't", "don't", "nor"]

  static func describesAd(_ words: [Word]) -> Bool {
    words.indices.contains { index in
      nouns.contains(words[index].lower) && !isOtherwise(index, in: words)
    }
  }

  private static func isOtherwise(_ index: Int, in words: [Word]) -> Bool {
    let next = words.dropFirst(index + 1).first?.lower ?? ""
    let before = words[max(0, index - 3)..<index]
    if before.contains(where: { negations.contains($0.lower) }) { return true }
    switch words[index].lower {
    case "commercial": return trades.contains(next)
    case "ad":
      let isYear = { (word: String) in word.allSatisfy(\.isNumber) && !word.isEmpty }
      let isEra = isYear(next) || isYear(before.last?.lower ?? "")
      return ["hoc", "lib", "nauseam", "infinitum"].contains(next) || (isEra && words[index].text == "AD")
    default: return false
    }
  }
}
