import Contracts

/// The noun phrase of a prompt that names what the film is about.
struct SubjectPhrase: Sendable, Equatable {
  var text: String
  /// Nil when no known word is in it.
  var kind: SubjectKind?
  /// Its words' places in the prompt.
  var range: Range<Int>

  private static let longest = 5

  init?(_ words: [Word]) {
    guard let found = Self.known(in: words) ?? Self.unknown(in: words) else { return nil }
    kind = found.kind
    range = found.range
    text = words[found.range].enumerated().map { offset, word in
      let opensSentence = offset == 0 && found.range.lowerBound == 0
      let isAcronym = word.text.dropFirst().contains(where: \.isUppercase)
      return opensSentence && !isAcronym ? word.lower : word.text
    }.joined(separator: " ")
    text = text.prefix(utf8: 120)
  }

  /// The first known noun that is not inside a phrase of place, then any known noun.
  private static func known(in words: [Word]) -> (range: Range<Int>, kind: SubjectKind?)? {
    let nouns = words.indices.compactMap { index -> (index: Int, kind: SubjectKind)? in
      guard let kind = Lexicon.subjects[words[index].lower] ?? Lexicon.subjects[words[index].singular]
      else { return nil }
      return (index, kind)
    }
    let free = nouns.filter { !isPlace($0.index, in: words) }
    guard
      let noun = free.first(where: { !Lexicon.scenery.contains($0.kind) }) ?? free.first ?? nouns.first
    else { return nil }
    var end = noun.index + 1
    var kind = noun.kind
    while end < words.count, !words[end].beginsPhrase, end - noun.index < 3,
      let next = Lexicon.subjects[words[end].lower]
    {
      kind = next
      end += 1
    }
    return (start(of: noun.index, in: words)..<end, kind)
  }

  /// Without a known noun: the words after the first article, or from the beginning, up to a stop.
  private static func unknown(in words: [Word]) -> (range: Range<Int>, kind: SubjectKind?)? {
    let article = words.firstIndex { articles.contains($0.lower) }
    let begin = article.map { $0 + 1 } ?? words.firstIndex { !stops.contains($0.lower) } ?? 0
    guard begin < words.count else { return nil }
    var end = begin + 1
    while end < words.count, end - begin < longest - 1, !words[end].beginsPhrase, !isStop(words[end]) {
      end += 1
    }
    return (begin..<end, nil)
  }

  private static func start(of noun: Int, in words: [Word]) -> Int {
    var start = noun
    while start > 0, noun - start < longest - 1, !words[start].beginsPhrase,
      !stops.contains(words[start - 1].lower), !looksLikeVerb(words[start - 1])
    {
      start -= 1
    }
    return start
  }

  /// Whether a preposition of place opens the noun phrase that ends at `index`.
  private static func isPlace(_ index: Int, in words: [Word]) -> Bool {
    var place = start(of: index, in: words)
    guard place > 0, !words[place].beginsPhrase else { return false }
    if articles.contains(words[place - 1].lower) { place -= 1 }
    return place > 0 && !words[place].beginsPhrase && placeWords.contains(words[place - 1].lower)
  }

  private static func isStop(_ word: Word) -> Bool {
    stops.contains(word.lower) || looksLikeVerb(word)
  }

  /// Third person and participles: `crosses`, `drifting`.
  private static func looksLikeVerb(_ word: Word) -> Bool {
    if verbs.contains(word.lower) { return true }
    let isThirdPerson = word.lower.hasSuffix("s") && !word.lower.hasSuffix("ss") && word.lower.count > 3
    return isThirdPerson && Lexicon.subjects[word.singular] == nil && !word.isCapitalised
  }

  private static let articles: Set<String> = [
    "a", "an", "the", "one", "two", "three", "some", "my", "our", "his", "her", "their", "this", "that",
  ]
  private static let placeWords: Set<String> = [
    "in", "on", "at", "through", "across", "over", "under", "between", "among", "behind", "along", "near",
    "beside", "from", "into", "toward", "towards", "past", "above", "below", "inside", "outside", "around",
    "by", "onto", "against", "beneath", "within", "with", "beyond",
  ]
  private static let stops: Set<String> = articles.union(placeWords).union([
    "of", "for", "about", "and", "or", "but", "to", "as", "while", "when", "where", "who", "which", "is",
    "are", "was", "were", "be", "being", "featuring", "showing", "show", "shows", "make", "create",
    "film", "video", "ad", "ads", "advert", "advertisement", "commercial", "promo", "me", "us", "we", "i",
    "it", "its", "new", "your", "you", "how", "what", "why", "then", "there", "shot", "scene", "closeup",
    "close-up", "clip", "trailer", "introducing", "presenting", "announcing", "discover", "meet", "not",
    "no", "so", "very", "please",
  ])
  private static let verbs: Set<String> = [
    "cross", "crossing", "drive", "driving", "run", "walk", "walking", "flying", "fly", "sitting",
    "standing", "drifting", "sailing", "riding", "ride", "floating", "looking", "playing", "dancing",
    "swimming", "drink", "drinking", "eat", "eating", "watch", "watching", "dance", "play",
  ]
}
